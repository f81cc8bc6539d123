// "packet 4711": a label in a buffer of its own.
#pragma once

namespace dregs::adapters {

class Numbered {
  public:
    Numbered(const char* name, unsigned number) {
        char* end = text_;
        while (*name && end < text_ + kMostName) *end++ = *name++;
        *end++ = ' ';
        char digits[kMostDigits];
        unsigned count = 0;
        do digits[count++] = static_cast<char>('0' + number % 10);
        while ((number /= 10) != 0);
        while (count > 0) *end++ = digits[--count];
        *end = 0;
    }
    const char* text() const { return text_; }

  private:
    static constexpr unsigned kMostName = 20;
    static constexpr unsigned kMostDigits = 10;
    char text_[kMostName + 1 + kMostDigits + 1];
};

}  // namespace dregs::adapters
