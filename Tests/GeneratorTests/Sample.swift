/// The file descriptor that protoc would make of this proto (spans left out):
///
///     service KindService {            // "A service of every kind.", blank line, "Second paragraph."
///       rpc GetNode(GetNodeRequest) returns (Node) { option idempotency_level = NO_SIDE_EFFECTS; }  // "Reads a node."
///       rpc Default(DefaultRequest) returns (google.protobuf.Empty);
///       rpc Init(google.protobuf.Empty) returns (google.protobuf.Empty) { option idempotency_level = IDEMPOTENT; }
///       rpc Methods(stream GetNodeRequest) returns (Node);
///       rpc WatchNodes(GetNodeRequest) returns (stream Node);
///       rpc Talk(stream Node) returns (stream Node);
///     }
///     message GetNodeRequest { string name = 1; repeated string request_id = 2; }
///     message DefaultRequest { Holder holder = 1; string request_id = 7; }
///     message Holder { map<string, Node> by_name = 1; }
///     message Node { Node left = 1; repeated Node others = 2; }
let sample = """
    name: "golden/v1/kinds.proto" package: "golden.v1" syntax: "proto3" dependency: "google/protobuf/empty.proto"
    message_type {
      name: "GetNodeRequest"
      field { name: "name" json_name: "name" number: 1 label: LABEL_OPTIONAL type: TYPE_STRING }
      field { name: "request_id" json_name: "requestId" number: 2 label: LABEL_REPEATED type: TYPE_STRING }
    }
    message_type {
      name: "DefaultRequest"
      field {
        name: "holder" json_name: "holder" number: 1
        label: LABEL_OPTIONAL type: TYPE_MESSAGE type_name: ".golden.v1.Holder"
      }
      field { name: "request_id" json_name: "requestId" number: 7 label: LABEL_OPTIONAL type: TYPE_STRING }
    }
    message_type {
      name: "Holder"
      field {
        name: "by_name" json_name: "byName" number: 1
        label: LABEL_REPEATED type: TYPE_MESSAGE type_name: ".golden.v1.Holder.ByNameEntry"
      }
      nested_type {
        name: "ByNameEntry" options { map_entry: true }
        field { name: "key" json_name: "key" number: 1 label: LABEL_OPTIONAL type: TYPE_STRING }
        field {
          name: "value" json_name: "value" number: 2
          label: LABEL_OPTIONAL type: TYPE_MESSAGE type_name: ".golden.v1.Node"
        }
      }
    }
    message_type {
      name: "Node"
      field {
        name: "left" json_name: "left" number: 1
        label: LABEL_OPTIONAL type: TYPE_MESSAGE type_name: ".golden.v1.Node"
      }
      field {
        name: "others" json_name: "others" number: 2
        label: LABEL_REPEATED type: TYPE_MESSAGE type_name: ".golden.v1.Node"
      }
    }
    service {
      name: "KindService"
      method {
        name: "GetNode" input_type: ".golden.v1.GetNodeRequest" output_type: ".golden.v1.Node"
        options { idempotency_level: NO_SIDE_EFFECTS }
      }
      method { name: "Default" input_type: ".golden.v1.DefaultRequest" output_type: ".google.protobuf.Empty" }
      method {
        name: "Init" input_type: ".google.protobuf.Empty" output_type: ".google.protobuf.Empty"
        options { idempotency_level: IDEMPOTENT }
      }
      method {
        name: "Methods" input_type: ".golden.v1.GetNodeRequest" output_type: ".golden.v1.Node" client_streaming: true
      }
      method {
        name: "WatchNodes" input_type: ".golden.v1.GetNodeRequest" output_type: ".golden.v1.Node"
        server_streaming: true
      }
      method {
        name: "Talk" input_type: ".golden.v1.Node" output_type: ".golden.v1.Node"
        client_streaming: true server_streaming: true
      }
    }
    source_code_info {
      location { path: [6, 0] leading_comments: " A service of every kind.\\n\\n Second paragraph.\\n" }
      location { path: [6, 0, 2, 0] leading_comments: " Reads a node.\\n" }
    }
    """

let emptyProto = """
    name: "google/protobuf/empty.proto" package: "google.protobuf" syntax: "proto3" message_type { name: "Empty" }
    """
