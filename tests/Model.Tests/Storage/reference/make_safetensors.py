#!/usr/bin/env python3
"""Makes the safetensors files beside it from the format's description, with struct and json only.

    python3 tests/Model.Tests/Storage/reference/make_safetensors.py

8 bytes little-endian header length, the JSON header padded with spaces to a multiple of 8, then the data. Numbers are packed one by one:
float32 and half by struct, bfloat16 as the upper half of a float32 that has nothing in its lower half.
"""
import json
import pathlib
import struct

HERE = pathlib.Path(__file__).parent


def bf16(x):
    low, high = struct.unpack("<HH", struct.pack("<f", x))
    assert low == 0, f"{x} is not exact in bfloat16"
    return struct.pack("<H", high)


PACK = {
    "F32": lambda x: struct.pack("<f", x), "F16": lambda x: struct.pack("<e", x), "BF16": bf16, "F64": lambda x: struct.pack("<d", x),
    "I64": lambda x: struct.pack("<q", x), "U64": lambda x: struct.pack("<Q", x), "I32": lambda x: struct.pack("<i", x),
    "U32": lambda x: struct.pack("<I", x), "I16": lambda x: struct.pack("<h", x), "U16": lambda x: struct.pack("<H", x),
    "I8": lambda x: struct.pack("<b", x), "U8": lambda x: struct.pack("<B", x), "BOOL": lambda x: struct.pack("<?", x),
}


def write(file, tensors, metadata=None, align=8):
    header, data = {}, b""
    if metadata:
        header["__metadata__"] = metadata
    for name, dtype, shape, values in tensors:
        begin = len(data)
        data += b"".join(PACK[dtype](x) for x in values)
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [begin, len(data)]}
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % align)
    (HERE / file).parent.mkdir(exist_ok=True)
    (HERE / file).write_bytes(struct.pack("<Q", len(text)) + text + data)


# What a writer that follows the format's ordering (type, then name) must produce, byte for byte.
write("canonical.safetensors", [
    ("a.scalar", "F32", [], [0.1]),
    ("b.matrix", "F32", [2, 3], [1.0, -2.0, 0.5, 3.402823e38, 1e-45, -0.0]),
    ("nothing", "F32", [0, 4], []),
    ("zé", "F32", [1], [3.25]),
    ("c.brain", "BF16", [4], [1.0, -2.5, 3.3895313892515355e38, 0.0]),
    ("d.half", "F16", [3], [1.0, 65504.0, 6e-8]),
], {"format": "pt", "note": "made from the description"})

# Every element type, in name order and without alignment, as early exporters wrote.
write("every_dtype.safetensors", [
    ("bool", "BOOL", [3], [True, False, True]),
    ("i8", "I8", [2], [-128, 127]),
    ("i16", "I16", [2], [-32768, 32767]),
    ("i32", "I32", [2], [-16777216, 16777216]),
    ("i64", "I64", [2], [-(2 ** 40), 2 ** 40]),
    ("f16", "F16", [2], [0.333251953125, -65504.0]),
    ("bf16", "BF16", [2], [0.333984375, -1.0]),
    ("f32", "F32", [2], [0.1, -1e-40]),
    ("f64", "F64", [2], [0.1, -1e30]),
    ("u8", "U8", [2], [0, 255]),
    ("u16", "U16", [2], [0, 65535]),
    ("u32", "U32", [2], [0, 2 ** 31]),
    ("u64", "U64", [2], [0, 2 ** 63]),
], align=1)

# A model directory as early exports of GPT-2 look: no prefix, the causal masks carried along, the tied output head written out. Its
# weights are those of Networks/reference/transformer_reference.json, whose logits PyTorch computed.
network = json.loads((HERE / "../../Networks/reference/transformer_reference.json").read_text())
vocabulary, context, width, layers = (network[key] for key in ("vocabularySize", "contextLength", "width", "layers"))
shapes = {"wte.weight": [vocabulary, width], "wpe.weight": [context, width], "attn.c_attn.weight": [width, 3 * width],
          "attn.c_proj.weight": [width, width], "mlp.c_fc.weight": [width, 4 * width], "mlp.c_proj.weight": [4 * width, width]}
tensors = [("lm_head.weight", "F32", shapes["wte.weight"], network["weights"]["wte.weight"])]
for name, values in network["weights"].items():
    local = name.split(".", 2)[2] if name.startswith("h.") else name
    tensors.append((name, "F32", shapes.get(local, [len(values)]), values))
for layer in range(layers):
    tensors.append((f"h.{layer}.attn.bias", "BOOL", [1, 1, context, context], [j <= i for i in range(context) for j in range(context)]))
    tensors.append((f"h.{layer}.attn.masked_bias", "F32", [], [-10000.0]))
write("tiny-gpt2/model.safetensors", sorted(tensors))
(HERE / "tiny-gpt2/config.json").write_text(json.dumps({
    "activation_function": "gelu_new", "architectures": ["GPT2LMHeadModel"], "attn_pdrop": 0.1, "bos_token_id": 10, "embd_pdrop": 0.1,
    "eos_token_id": 10, "initializer_range": 0.02, "layer_norm_epsilon": 1e-05, "model_type": "gpt2", "n_ctx": context, "n_embd": width,
    "n_head": network["heads"], "n_layer": layers, "n_positions": context, "resid_pdrop": 0.1, "summary_type": "cls_index",
    "task_specific_params": {"text-generation": {"do_sample": True, "max_length": 50}}, "vocab_size": vocabulary}, indent=2) + "\n")
