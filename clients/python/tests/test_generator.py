"""The stub generator, on a proto with what ours do not have: reserved words, streams, a field that may clash."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from google.protobuf import descriptor_pb2, empty_pb2, timestamp_pb2
from google.protobuf.compiler import plugin_pb2

PLUGIN = Path(__file__).parent.parent / "generator" / "protoc-gen-usher-python"
Field = descriptor_pb2.FieldDescriptorProto

pytestmark = pytest.mark.skipif(not PLUGIN.exists(), reason="the generator is not part of the installed package")


def sample() -> plugin_pb2.CodeGeneratorRequest:
    file = descriptor_pb2.FileDescriptorProto(name="usher/sample/v1/sample.proto", package="usher.sample.v1")
    request = file.message_type.add(name="PassRequest")
    for number, (name, type, type_name, label) in enumerate([
        ("from", Field.TYPE_STRING, "", Field.LABEL_OPTIONAL),
        ("options", Field.TYPE_INT64, "", Field.LABEL_REPEATED),
        ("at", Field.TYPE_MESSAGE, ".google.protobuf.Timestamp", Field.LABEL_OPTIONAL),
        ("names", Field.TYPE_MESSAGE, ".usher.sample.v1.PassRequest.NamesEntry", Field.LABEL_REPEATED),
        ("request_id", Field.TYPE_STRING, "", Field.LABEL_OPTIONAL),
    ]):
        request.field.add(name=name, number=number + 1, type=type, type_name=type_name, label=label)
    entry = request.nested_type.add(name="NamesEntry")
    entry.options.map_entry = True
    entry.field.add(name="key", number=1, type=Field.TYPE_STRING)
    entry.field.add(name="value", number=2, type=Field.TYPE_DOUBLE)
    service = file.service.add(name="SampleService")
    service.method.add(name="Pass", input_type=".usher.sample.v1.PassRequest", output_type=".google.protobuf.Empty")
    service.method.add(name="WatchIDs", input_type=".usher.sample.v1.PassRequest",
                       output_type=".google.protobuf.Empty", server_streaming=True)
    file.source_code_info.location.add(path=[6, 0, 2, 0], leading_comments=' Says "pass\\fail"\n')
    generated = plugin_pb2.CodeGeneratorRequest(file_to_generate=[file.name])
    for dependency in (empty_pb2, timestamp_pb2):
        dependency.DESCRIPTOR.CopyToProto(generated.proto_file.add())
    generated.proto_file.append(file)
    return generated


def run(request: plugin_pb2.CodeGeneratorRequest) -> dict[str, str]:
    done = subprocess.run([sys.executable, str(PLUGIN)], input=request.SerializeToString(), capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return {file.name: file.content for file in plugin_pb2.CodeGeneratorResponse.FromString(done.stdout).file}


def test_files() -> None:
    files = run(sample())
    assert sorted(files) == [
        "usher/_generated/__init__.py", "usher/_generated/services.py", "usher/sample/__init__.py",
        "usher/sample/v1/__init__.py", "usher/sample/v1/sample_usher.py",
    ]
    for name, text in files.items():
        compile(text, name, "exec")
    assert "    PassRequest as PassRequest,\n" in files["usher/sample/v1/__init__.py"]
    assert "self.sample = SampleService(channel)" in files["usher/_generated/services.py"]
    assert "self.sample = AsyncSampleService(channel)" in files["usher/_generated/services.py"]


def test_a_stub() -> None:
    text = run(sample())["usher/sample/v1/sample_usher.py"]
    expected = '''\
    def pass_(
        self,
        request: sample_pb2.PassRequest | None = None,
        *,
        from_: str | None = None,
        options_: Iterable[int] | None = None,
        at: timestamp_pb2.Timestamp | Mapping[str, Any] | datetime.datetime | None = None,
        names: Mapping[str, float] | None = None,
        request_id: str | None = None,
        options: CallOptions | None = None,
    ) -> empty_pb2.Empty:
        """Says "pass\\\\fail"
        """
        message = build_request(sample_pb2.PassRequest, request, {
            "from": from_,
            "options": options_,
            "at": at,
            "names": names,
            "request_id": request_id,
        })
        return self._channel.call(SAMPLE_SERVICE_PASS, message, options)
'''
    assert expected in text
    assert "    async def pass_(\n" in text
    assert "    idempotency=Idempotency.IDEMPOTENCY_UNKNOWN,\n    has_request_id=True,\n" in text


def test_streams_are_asked_for_with_a_request_or_opened_without_one() -> None:
    request = sample()
    service = request.proto_file[-1].service[0]
    service.method.add(name="Send", input_type=".usher.sample.v1.PassRequest", output_type=".google.protobuf.Empty",
                       client_streaming=True)
    text = run(request)["usher/sample/v1/sample_usher.py"]
    compile(text, "sample_usher.py", "exec")
    assert "    ) -> Stream[sample_pb2.PassRequest, empty_pb2.Empty]:\n" in text
    assert "    ) -> AsyncStream[sample_pb2.PassRequest, empty_pb2.Empty]:\n" in text
    assert "    has_request_id=True,\n    streaming=Streaming.SERVER,\n" in text
    assert "        return self._channel.stream(SAMPLE_SERVICE_WATCH_I_DS, message, options)\n" in text
    assert text.count("    def send(self, *, options: CallOptions | None = None) -> (\n") == 2
    assert "        return self._channel.stream(SAMPLE_SERVICE_SEND, None, options)\n" in text


def test_a_second_service_of_a_package_is_refused() -> None:
    request = sample()
    request.proto_file[-1].service.add(name="OtherService")
    done = subprocess.run([sys.executable, str(PLUGIN)], input=request.SerializeToString(), capture_output=True)
    assert done.returncode != 0 and b"a second service" in done.stderr
