// Command protoc-gen-usher-go is a protoc plugin: gogo messages and ttrpc stubs, from proto files with `optional`.
//
// It is the gogo generator with containerd's ttrpc plugin, both as Debian ships them, and one thing more. That
// generator is older than proto3's `optional` and protoc refuses to run it on such a file. The descriptors that protoc
// sends carry each optional field as the only member of a oneof, which is the same on the wire and which the generator
// knows: all that is missing is to tell protoc that the plugin supports it.
package main

import (
	_ "github.com/containerd/ttrpc/plugin"
	"github.com/gogo/protobuf/vanity/command"
)

// CodeGeneratorResponse.supported_features = FEATURE_PROTO3_OPTIONAL (plugin.proto: field 2, a varint, value 1). The
// struct that Debian ships has no such field.
var supportsOptional = []byte{2 << 3, 1}

func main() {
	response := command.Generate(command.Read())
	response.XXX_unrecognized = append(response.XXX_unrecognized, supportsOptional...)
	command.Write(response)
}
