// One interpreter over two kinds of values. See dwarf_expression.h.
//
//   Interpreter<Domain>::run ─▶ step ─▶ push_literal | push_register | stack_operation | arithmetic | control
//   Concrete: 64-bit numbers, loads memory.   Symbolic: AddressForm, loads nothing.
#include "preload/unwind/dwarf_expression.h"

#include "preload/unwind/dwarf_cursor.h"
#include "preload/unwind/foreign_memory.h"
#include "preload/unwind/readable_pages.h"

namespace dregs {
namespace {

enum Operation : std::uint8_t {
    kAddr = 0x03,
    kDeref = 0x06,
    kConst1u = 0x08,
    kConst1s = 0x09,
    kConst2u = 0x0A,
    kConst2s = 0x0B,
    kConst4u = 0x0C,
    kConst4s = 0x0D,
    kConst8u = 0x0E,
    kConst8s = 0x0F,
    kConstu = 0x10,
    kConsts = 0x11,
    kDup = 0x12,
    kDrop = 0x13,
    kOver = 0x14,
    kPick = 0x15,
    kSwap = 0x16,
    kRot = 0x17,
    kAbs = 0x19,
    kAnd = 0x1A,
    kDiv = 0x1B,
    kMinus = 0x1C,
    kMod = 0x1D,
    kMul = 0x1E,
    kNeg = 0x1F,
    kNot = 0x20,
    kOr = 0x21,
    kPlus = 0x22,
    kPlusUconst = 0x23,
    kShl = 0x24,
    kShr = 0x25,
    kShra = 0x26,
    kXor = 0x27,
    kBra = 0x28,
    kEq = 0x29,
    kGe = 0x2A,
    kGt = 0x2B,
    kLe = 0x2C,
    kLt = 0x2D,
    kNe = 0x2E,
    kSkip = 0x2F,
    kLit0 = 0x30,
    kLit31 = 0x4F,
    kReg0 = 0x50,
    kReg31 = 0x6F,
    kBreg0 = 0x70,
    kBreg31 = 0x8F,
    kRegx = 0x90,
    kBregx = 0x92,
    kDerefSize = 0x94,
    kNop = 0x96,
};

constexpr unsigned kMaxDepth = 16;
constexpr unsigned kMaxSteps = 512;  // branches go backwards too

std::int64_t as_signed(std::uint64_t value) { return static_cast<std::int64_t>(value); }

bool divide(std::uint8_t operation, std::uint64_t a, std::uint64_t b, std::uint64_t* result) {
    if (b == 0) return false;
    if (operation == kMod) {
        *result = a % b;
    } else {  // signed; the one overflow there is wraps
        *result = b == ~std::uint64_t{0} ? 0 - a : static_cast<std::uint64_t>(as_signed(a) / as_signed(b));
    }
    return true;
}

std::uint64_t shift(std::uint8_t operation, std::uint64_t a, std::uint64_t b) {
    const bool out = b > 63;
    if (operation == kShra) return static_cast<std::uint64_t>(as_signed(a) >> (out ? 63 : b));
    if (out) return 0;
    return operation == kShl ? a << b : a >> b;
}

bool compute(std::uint8_t operation, std::uint64_t a, std::uint64_t b, std::uint64_t* result) {
    switch (operation) {
        case kAnd:
            *result = a & b;
            return true;
        case kOr:
            *result = a | b;
            return true;
        case kXor:
            *result = a ^ b;
            return true;
        case kPlus:
            *result = a + b;
            return true;
        case kMinus:
            *result = a - b;
            return true;
        case kMul:
            *result = a * b;
            return true;
        case kDiv:
        case kMod:
            return divide(operation, a, b, result);
        case kShl:
        case kShr:
        case kShra:
            *result = shift(operation, a, b);
            return true;
        case kEq:
            *result = a == b;
            return true;
        case kNe:
            *result = a != b;
            return true;
        case kGe:
            *result = as_signed(a) >= as_signed(b);
            return true;
        case kGt:
            *result = as_signed(a) > as_signed(b);
            return true;
        case kLe:
            *result = as_signed(a) <= as_signed(b);
            return true;
        case kLt:
            *result = as_signed(a) < as_signed(b);
            return true;
        default:
            return false;
    }
}

bool compute_unary(std::uint8_t operation, std::uint64_t a, std::uint64_t* result) {
    switch (operation) {
        case kAbs:
            *result = as_signed(a) < 0 ? 0 - a : a;
            return true;
        case kNeg:
            *result = 0 - a;
            return true;
        case kNot:
            *result = ~a;
            return true;
        default:
            return false;
    }
}

// Numbers, with registers and memory at hand.
struct Concrete {
    using Value = std::uint64_t;
    const CodeImage& image;
    const RegisterFile& registers;

    static Value number(std::uint64_t value) { return value; }
    static bool as_number(Value value, std::uint64_t* number) {
        *number = value;
        return true;
    }
    bool in_register(std::uint64_t reg, std::int64_t offset, Value* value) const {
        if (reg >= kRegisters || !registers.has(static_cast<unsigned>(reg))) return false;
        *value = registers.value[reg] + static_cast<std::uint64_t>(offset);
        return true;
    }
    static void add(Value* value, std::uint64_t number) { *value += number; }
    bool load(Value* value, unsigned bytes) const {
        if (image.pages != nullptr && !image.pages->holds_range(*value, bytes)) return false;
        *value = load_foreign(*value, bytes);
        return true;
    }
};

// Address forms: what the stack and frame pointers will be is not known yet, the pc is.
struct Symbolic {
    using Value = AddressForm;
    std::uintptr_t pc;

    static Value number(std::uint64_t value) { return {AddressForm::kNothing, false, as_signed(value), 0}; }
    static bool as_number(const Value& value, std::uint64_t* number) {
        *number = static_cast<std::uint64_t>(value.inner);
        return value.base == AddressForm::kNothing && !value.loads;
    }
    bool in_register(std::uint64_t reg, std::int64_t offset, Value* value) const {
        if (reg == kReturnAddress) {
            *value = number(pc + static_cast<std::uint64_t>(offset));
            return true;
        }
        *value = {reg == kRsp ? AddressForm::kSp : AddressForm::kBp, false, offset, 0};
        return reg == kRsp || reg == kRbp;
    }
    static void add(Value* value, std::uint64_t number) {
        std::int64_t& term = value->loads ? value->outer : value->inner;
        term = as_signed(static_cast<std::uint64_t>(term) + number);
    }
    static bool load(Value* value, unsigned bytes) {
        if (value->loads || value->base == AddressForm::kNothing || bytes != sizeof(std::uint64_t)) return false;
        value->loads = true;
        return true;
    }
};

template <class Domain>
class Interpreter {
  public:
    using Value = typename Domain::Value;

    Interpreter(const Domain& domain, const std::uint8_t* begin, const std::uint8_t* end)
        : domain_(domain), begin_(begin), cursor_(begin, end) {}

    bool push(const Value& value) {
        if (depth_ == kMaxDepth) return false;
        stack_[depth_++] = value;
        return true;
    }

    bool run(Value* result) {
        unsigned steps = 0;
        while (!cursor_.done()) {
            if (++steps > kMaxSteps || !step()) return false;
        }
        if (cursor_.failed() || depth_ == 0) return false;
        *result = stack_[depth_ - 1];
        return true;
    }

  private:
    bool step() {
        const std::uint8_t operation = cursor_.u8();
        if (operation >= kReg0 && operation <= kBreg31) return push_register(operation);
        if (operation == kRegx || operation == kBregx) return push_register(operation);
        if (operation >= kLit0 && operation <= kLit31) return push(Domain::number(operation - kLit0));
        if (operation == kAddr || (operation >= kConst1u && operation <= kConsts)) return push_constant(operation);
        if (operation >= kDup && operation <= kRot) return stack_operation(operation);
        if (operation == kDeref) return depth_ > 0 && domain_.load(&stack_[depth_ - 1], sizeof(std::uint64_t));
        if (operation == kDerefSize) return dereference_size();
        if (operation == kBra || operation == kSkip) return control(operation);
        return operation == kNop || arithmetic(operation);
    }

    bool push_register(std::uint8_t operation) {
        std::uint64_t reg = 0;
        std::int64_t offset = 0;
        if (operation == kRegx || operation == kBregx) {
            reg = cursor_.uleb();
        } else {
            reg = operation - (operation >= kBreg0 ? kBreg0 : kReg0);
        }
        if (operation == kBregx || (operation >= kBreg0 && operation <= kBreg31)) offset = cursor_.sleb();
        Value value{};
        return domain_.in_register(reg, offset, &value) && push(value);
    }

    bool push_constant(std::uint8_t operation) {
        switch (operation) {
            case kConst1u:
                return push(Domain::number(cursor_.u8()));
            case kConst1s:
                return push_signed(cursor_.template read<std::int8_t>());
            case kConst2u:
                return push(Domain::number(cursor_.u16()));
            case kConst2s:
                return push_signed(cursor_.template read<std::int16_t>());
            case kConst4u:
                return push(Domain::number(cursor_.u32()));
            case kConst4s:
                return push_signed(cursor_.template read<std::int32_t>());
            case kConstu:
                return push(Domain::number(cursor_.uleb()));
            case kConsts:
                return push_signed(cursor_.sleb());
            default:
                return push(Domain::number(cursor_.u64()));  // kAddr, kConst8u, kConst8s
        }
    }
    bool push_signed(std::int64_t value) { return push(Domain::number(static_cast<std::uint64_t>(value))); }

    bool stack_operation(std::uint8_t operation) {
        switch (operation) {
            case kDup:
                return pick(0);
            case kOver:
                return pick(1);
            case kPick:
                return pick(cursor_.u8());
            case kDrop:
                if (depth_ == 0) return false;
                --depth_;
                return true;
            case kSwap:
                return rotate(2);
            case kRot:
                return rotate(3);
            default:
                return false;
        }
    }
    bool pick(unsigned index) { return index < depth_ && push(stack_[depth_ - 1 - index]); }
    // Moves the top entry below the `count - 1` entries under it.
    bool rotate(unsigned count) {
        if (depth_ < count) return false;
        const Value top = stack_[depth_ - 1];
        for (unsigned i = 1; i < count; ++i) stack_[depth_ - i] = stack_[depth_ - i - 1];
        stack_[depth_ - count] = top;
        return true;
    }

    bool dereference_size() {
        const unsigned bytes = cursor_.u8();
        const bool usual = bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8;
        return usual && depth_ > 0 && domain_.load(&stack_[depth_ - 1], bytes);
    }

    bool control(std::uint8_t operation) {
        const std::int64_t distance = cursor_.template read<std::int16_t>();
        if (operation == kBra) {
            std::uint64_t condition = 0;
            if (depth_ == 0 || !Domain::as_number(stack_[depth_ - 1], &condition)) return false;
            --depth_;
            if (condition == 0) return true;
        }
        cursor_.branch(begin_, distance);
        return true;
    }

    bool arithmetic(std::uint8_t operation) {
        if (depth_ == 0) return false;
        Value& top = stack_[depth_ - 1];
        if (operation == kPlusUconst) {
            Domain::add(&top, cursor_.uleb());
            return true;
        }
        std::uint64_t number = 0;
        if (operation == kAbs || operation == kNeg || operation == kNot) {
            if (!Domain::as_number(top, &number) || !compute_unary(operation, number, &number)) return false;
            top = Domain::number(number);
            return true;
        }
        return depth_ > 1 && binary(operation);
    }

    bool binary(std::uint8_t operation) {
        Value& left = stack_[depth_ - 2];
        const Value& right = stack_[depth_ - 1];
        std::uint64_t a = 0;
        std::uint64_t b = 0;
        const bool left_known = Domain::as_number(left, &a);
        const bool right_known = Domain::as_number(right, &b);
        if (left_known && right_known) {
            if (!compute(operation, a, b, &a)) return false;
            left = Domain::number(a);
        } else if (right_known && (operation == kPlus || operation == kMinus)) {
            Domain::add(&left, operation == kPlus ? b : 0 - b);
        } else if (left_known && operation == kPlus) {
            left = right;
            Domain::add(&left, a);
        } else {
            return false;
        }
        --depth_;
        return true;
    }

    const Domain& domain_;
    const std::uint8_t* begin_;
    DwarfCursor cursor_;
    unsigned depth_ = 0;
    Value stack_[kMaxDepth];
};

// The bytes of the expression whose length stands at `where`. The call-frame program has bounds-checked them.
void expression_at(const CodeImage& image, std::int32_t where, const std::uint8_t** begin, const std::uint8_t** end) {
    const std::uint8_t* at = image.eh_frame_hdr + where;
    DwarfCursor cursor(at, at + 10);
    const std::uint64_t bytes = cursor.uleb();
    *begin = cursor.at();
    *end = cursor.at() + bytes;
}

template <class Domain>
bool interpret(const CodeImage& image, std::int32_t where, const Domain& domain, ExpressionStart start,
               typename Domain::Value cfa, typename Domain::Value* result) {
    const std::uint8_t* begin = nullptr;
    const std::uint8_t* end = nullptr;
    expression_at(image, where, &begin, &end);
    Interpreter<Domain> interpreter(domain, begin, end);
    if (start == ExpressionStart::kCfa && !interpreter.push(cfa)) return false;
    return interpreter.run(result);
}

}  // namespace

bool evaluate_expression(const CodeImage& image, std::int32_t where, const RegisterFile& registers,
                         ExpressionStart start, std::uint64_t cfa, std::uint64_t* result) {
    return interpret(image, where, Concrete{image, registers}, start, cfa, result);
}

bool reduce_expression(const CodeImage& image, std::int32_t where, std::uintptr_t pc, ExpressionStart start,
                       AddressForm* form) {
    return interpret(image, where, Symbolic{pc}, start, AddressForm{AddressForm::kCfa, false, 0, 0}, form);
}

}  // namespace dregs
