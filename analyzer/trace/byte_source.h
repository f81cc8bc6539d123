// Where a trace's bytes come from: a file that another process may be writing or cutting short, or memory.
//
// Owns the descriptor. Reads with pread only, never by mapping: a file that shrinks under us is an Error, not a SIGBUS.
// Knows nothing of what the bytes mean.
#pragma once

#include <sys/types.h>

#include <absl/types/span.h>

#include <cstdint>
#include <string>
#include <utility>

namespace dregs {

class ByteSource {
  public:
    explicit ByteSource(std::string name) : name_(std::move(name)) {}
    virtual ~ByteSource() = default;
    ByteSource(const ByteSource&) = delete;
    ByteSource& operator=(const ByteSource&) = delete;

    const std::string& name() const { return name_; }
    // As of now: a live trace grows.
    virtual std::uint64_t size() const = 0;
    // Fills `out` with the bytes from `offset` on. Throws TraceError when the source ends before.
    virtual void read(std::uint64_t offset, absl::Span<std::uint8_t> out) const = 0;
    // The first stretch at or after `offset`, below `end`, that may hold anything but zeroes: (begin, end), empty when
    // there is none. Lets a reader skip the holes of a sparse file.
    virtual std::pair<std::uint64_t, std::uint64_t> next_data(std::uint64_t offset, std::uint64_t end) const;

    template <class T>
    T read_value(std::uint64_t offset) const {
        T value;
        read(offset, absl::MakeSpan(reinterpret_cast<std::uint8_t*>(&value), sizeof(T)));
        return value;
    }

  private:
    std::string name_;
};

class FileSource : public ByteSource {
  public:
    // Throws Error unless `path` is a regular file that can be read. Never blocks on a FIFO or touches a device.
    explicit FileSource(const std::string& path);
    ~FileSource() override;

    std::uint64_t size() const override;
    void read(std::uint64_t offset, absl::Span<std::uint8_t> out) const override;
    std::pair<std::uint64_t, std::uint64_t> next_data(std::uint64_t offset, std::uint64_t end) const override;

    // Which file this is, whatever its name: compared with what a process has mapped.
    dev_t device() const { return device_; }
    ino_t inode() const { return inode_; }

  private:
    int descriptor_ = -1;
    dev_t device_ = 0;
    ino_t inode_ = 0;
};

// Bytes at hand, not copied: they must outlive the source.
class MemorySource : public ByteSource {
  public:
    MemorySource(std::string name, absl::Span<const std::uint8_t> bytes) : ByteSource(std::move(name)), bytes_(bytes) {}
    std::uint64_t size() const override { return bytes_.size(); }
    void read(std::uint64_t offset, absl::Span<std::uint8_t> out) const override;

  private:
    absl::Span<const std::uint8_t> bytes_;
};

}  // namespace dregs
