// The embedded TorchSharp engine's C ABI: a boxed call of any ATen operator by name, and what is not an operator
// (autograd, grad mode, raw memory, devices, threads). Every function returns 0, or 1 with a message in rlhf_last_error.
// A tensor handle is a heap-allocated at::Tensor that the caller frees with rlhf_tensor_free.
#include <ATen/Parallel.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/cuda.h>
#include <torch/types.h>
#include <torch/utils.h>
#include <torch/version.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#define RLHF_API extern "C" __attribute__((visibility("default")))

namespace {

thread_local std::string last_error;

int fail(const std::string& message) {
    last_error = message.substr(0, message.find('\n'));
    return 1;
}

template <typename Body>
int guarded(Body body) noexcept {
    try {
        body();
        return 0;
    } catch (const c10::Error& error) {
        return fail(error.what_without_backtrace());
    } catch (const std::exception& error) {
        return fail(error.what());
    } catch (...) {
        return fail("unknown native error");
    }
}

at::Tensor& tensor_of(void* handle) { return *static_cast<at::Tensor*>(handle); }

void* handle_of(at::Tensor tensor) { return tensor.defined() ? new at::Tensor(std::move(tensor)) : nullptr; }

enum Tag : int32_t { None, Tensor, Integer, Real, Boolean, IntegerList, TensorList, String, Device };

// Mirrors NativeValue in Operator.cs.
struct Value {
    int32_t tag;
    int32_t extra;      // device index
    int64_t integer;    // integer, boolean, device type, or a list's length
    double real;
    void* pointer;      // tensor handle, or a list's first element
};

c10::IValue boxed(const Value& value) {
    switch (value.tag) {
        case Tag::None: return c10::IValue();
        case Tag::Tensor: return tensor_of(value.pointer);
        case Tag::Integer: return value.integer;
        case Tag::Real: return value.real;
        case Tag::Boolean: return value.integer != 0;
        case Tag::IntegerList: {
            auto* first = static_cast<const int64_t*>(value.pointer);
            return c10::IValue(c10::List<int64_t>(c10::ArrayRef<int64_t>(first, value.integer)));
        }
        case Tag::TensorList: {
            c10::List<at::Tensor> list;
            list.reserve(value.integer);
            for (int64_t i = 0; i < value.integer; i++) list.push_back(tensor_of(static_cast<void**>(value.pointer)[i]));
            return list;
        }
        case Tag::String: return std::string(static_cast<const char*>(value.pointer), value.integer);
        case Tag::Device: return c10::Device(static_cast<c10::DeviceType>(value.integer), static_cast<c10::DeviceIndex>(value.extra));
    }
    throw std::invalid_argument("argument tag " + std::to_string(value.tag) + " is not known to the native library");
}

// Appends what an operator returned; a list of tensors becomes one value for each of its elements.
void unboxed(const c10::IValue& result, std::vector<Value>& values) {
    if (result.isTensor()) values.push_back({Tag::Tensor, 0, 0, 0, handle_of(result.toTensor())});
    else if (result.isTensorList())
        for (const at::Tensor& element : result.toTensorVector()) values.push_back({Tag::Tensor, 0, 0, 0, handle_of(element)});
    else if (result.isInt()) values.push_back({Tag::Integer, 0, result.toInt(), 0, nullptr});
    else if (result.isDouble()) values.push_back({Tag::Real, 0, 0, result.toDouble(), nullptr});
    else if (result.isBool()) values.push_back({Tag::Boolean, 0, result.toBool(), 0, nullptr});
    else values.push_back({Tag::None, 0, 0, 0, nullptr});
}

}  // namespace

RLHF_API const char* rlhf_last_error() { return last_error.c_str(); }

RLHF_API const char* rlhf_torch_version() { return TORCH_VERSION; }

// Finds an operator such as ("aten::add", "Tensor"); *found stays null where this libtorch has none of that name.
RLHF_API int rlhf_operator_find(const char* name, const char* overload, void** found) {
    return guarded([&] {
        auto handle = c10::Dispatcher::singleton().findSchema({name, overload});
        *found = handle.has_value() ? new c10::OperatorHandle(*handle) : nullptr;
    });
}

// Calls an operator. Arguments that are not given take the schema's defaults. At most `capacity` results are written
// to `results`; *count says how many there are.
RLHF_API int rlhf_operator_call(void* op, const Value* arguments, int32_t argument_count, Value* results, int32_t capacity, int32_t* count) {
    return guarded([&] {
        auto& handle = *static_cast<c10::OperatorHandle*>(op);
        const auto& parameters = handle.schema().arguments();
        torch::jit::Stack stack;
        stack.reserve(parameters.size());
        for (int32_t i = 0; i < argument_count; i++) stack.push_back(boxed(arguments[i]));
        for (size_t i = argument_count; i < parameters.size(); i++) {
            if (!parameters[i].default_value().has_value())
                throw std::invalid_argument(handle.schema().name() + ": argument '" + parameters[i].name() + "' is missing");
            stack.push_back(*parameters[i].default_value());
        }
        handle.callBoxed(&stack);
        std::vector<Value> values;
        for (const auto& result : stack) unboxed(result, values);
        *count = static_cast<int32_t>(values.size());
        if (*count > capacity) {
            for (const Value& value : values) if (value.tag == Tag::Tensor) delete static_cast<at::Tensor*>(value.pointer);
            throw std::invalid_argument(handle.schema().name() + ": returned " + std::to_string(*count) + " values, room for " + std::to_string(capacity));
        }
        if (!values.empty()) std::memcpy(results, values.data(), values.size() * sizeof(Value));
    });
}

RLHF_API void rlhf_tensor_free(void* tensor) { delete static_cast<at::Tensor*>(tensor); }

// Mirrors TensorFacts in NativeMethods.cs.
struct Facts {
    int64_t numel;
    int64_t dimensions;
    int64_t element_size;
    int32_t scalar_type;
    int32_t device_type;
    int32_t device_index;
    int32_t requires_grad;
    int32_t is_leaf;
    int32_t is_contiguous;
};

RLHF_API int rlhf_tensor_facts(void* handle, Facts* facts) {
    return guarded([&] {
        const auto& t = tensor_of(handle);
        *facts = {t.numel(), t.dim(), static_cast<int64_t>(t.element_size()), static_cast<int32_t>(t.scalar_type()),
                  static_cast<int32_t>(t.device().type()), static_cast<int32_t>(t.device().index()), t.requires_grad(), t.is_leaf(), t.is_contiguous()};
    });
}

// Copies up to `capacity` sizes.
RLHF_API int rlhf_tensor_shape(void* handle, int64_t* values, int32_t capacity) {
    return guarded([&] {
        auto sizes = tensor_of(handle).sizes();
        std::memcpy(values, sizes.data(), sizeof(int64_t) * std::min<size_t>(sizes.size(), capacity));
    });
}

RLHF_API int rlhf_tensor_data(void* handle, void** data) {
    return guarded([&] { *data = tensor_of(handle).data_ptr(); });
}

RLHF_API int rlhf_tensor_set_requires_grad(void* handle, int32_t requires_grad) {
    return guarded([&] { tensor_of(handle).requires_grad_(requires_grad != 0); });
}

RLHF_API int rlhf_tensor_grad(void* handle, void** gradient) {
    return guarded([&] { *gradient = handle_of(tensor_of(handle).grad()); });
}

RLHF_API int rlhf_tensor_set_grad(void* handle, void* gradient) {
    return guarded([&] { tensor_of(handle).mutable_grad() = gradient ? tensor_of(gradient) : at::Tensor(); });
}

// Backward from several roots; a null entry of `gradients` stands for ones.
RLHF_API int rlhf_backward(void** roots, void** gradients, int32_t count, int32_t retain_graph, int32_t create_graph) {
    return guarded([&] {
        std::vector<at::Tensor> outputs, seeds;
        for (int32_t i = 0; i < count; i++) {
            outputs.push_back(tensor_of(roots[i]));
            seeds.push_back(gradients && gradients[i] ? tensor_of(gradients[i]) : at::Tensor());
        }
        torch::autograd::backward(outputs, seeds, retain_graph != 0, create_graph != 0);
    });
}

RLHF_API int32_t rlhf_grad_mode() { return c10::GradMode::is_enabled(); }

RLHF_API void rlhf_set_grad_mode(int32_t enabled) { c10::GradMode::set_enabled(enabled != 0); }

RLHF_API int rlhf_manual_seed(int64_t seed) {
    return guarded([&] { torch::manual_seed(static_cast<uint64_t>(seed)); });
}

RLHF_API int32_t rlhf_threads() { return at::get_num_threads(); }

RLHF_API int rlhf_set_threads(int32_t threads) {
    return guarded([&] { at::set_num_threads(threads); });
}

RLHF_API int32_t rlhf_cuda_devices() {
    int32_t devices = 0;
    guarded([&] { devices = torch::cuda::is_available() ? static_cast<int32_t>(torch::cuda::device_count()) : 0; });
    return devices;
}

RLHF_API int rlhf_cuda_synchronize(int64_t device) {
    return guarded([&] { torch::cuda::synchronize(device); });
}
