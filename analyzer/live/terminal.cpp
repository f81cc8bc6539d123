// See terminal.h. ncurses' macros stay in this file.
#include "analyzer/live/terminal.h"

#include <langinfo.h>
#include <unistd.h>

#include <clocale>
#include <cstring>

#include "analyzer/trace/error.h"

#define NCURSES_NOMACROS
#include <ncurses.h>

namespace dregs {
namespace {

constexpr int kEscapeDelay = 25;  // milliseconds until an escape is a key of its own
enum Pair : short { kTitlePair = 1, kBadPair };

attr_t attributes_of(LineStyle style) {
    switch (style) {
        case LineStyle::kTitle:
            return A_BOLD | static_cast<attr_t>(COLOR_PAIR(kTitlePair));
        case LineStyle::kHeader:
            return A_BOLD | A_UNDERLINE;
        case LineStyle::kChosen:
            return A_REVERSE;
        case LineStyle::kDim:
            return A_DIM;
        case LineStyle::kBad:
            return A_BOLD | static_cast<attr_t>(COLOR_PAIR(kBadPair));
        case LineStyle::kPlain:
            break;
    }
    return A_NORMAL;
}

KeyPress key_of(int code) {
    switch (code) {
        case KEY_UP:
            return {Key::kUp};
        case KEY_DOWN:
            return {Key::kDown};
        case KEY_PPAGE:
            return {Key::kPageUp};
        case KEY_NPAGE:
            return {Key::kPageDown};
        case KEY_HOME:
            return {Key::kHome};
        case KEY_END:
            return {Key::kEnd};
        case KEY_ENTER:
        case '\r':
        case '\n':
            return {Key::kEnter};
        case KEY_BACKSPACE:
        case 127:
        case 8:
            return {Key::kBackspace};
        case '\t':
            return {Key::kTab};
        case 27:
            return {Key::kEscape};
        default:
            return code >= ' ' && code < 127 ? KeyPress{Key::kCharacter, static_cast<char>(code)} : KeyPress{};
    }
}

void use_colours() {
    if (!::has_colors()) return;
    ::start_color();
    ::use_default_colors();
    ::init_pair(kTitlePair, COLOR_CYAN, -1);
    ::init_pair(kBadPair, COLOR_RED, -1);
}

}  // namespace

Terminal::Terminal(bool colour) {
    if (!::isatty(STDIN_FILENO) || !::isatty(STDOUT_FILENO)) {
        throw Error("dregs watch needs a terminal; without one: dregs top, or dregs snapshot --every");
    }
    std::setlocale(LC_CTYPE, "");
    utf8_ = std::strcmp(::nl_langinfo(CODESET), "UTF-8") == 0;
    SCREEN* screen = ::newterm(nullptr, stdout, stdin);
    if (!screen) throw Error("this terminal cannot be drawn on: TERM names none that is known");
    ::set_escdelay(kEscapeDelay);
    ::cbreak();
    ::noecho();
    ::keypad(stdscr, TRUE);
    ::curs_set(0);
    if (colour) use_colours();
}

Terminal::~Terminal() { ::endwin(); }

std::size_t Terminal::width() const { return static_cast<std::size_t>(std::max(1, ::getmaxx(stdscr))); }
std::size_t Terminal::height() const { return static_cast<std::size_t>(std::max(1, ::getmaxy(stdscr))); }

void Terminal::draw(const std::vector<ScreenLine>& lines) {
    ::werase(stdscr);
    int y = 0;
    for (const ScreenLine& line : lines) {
        ::wattrset(stdscr, static_cast<int>(attributes_of(line.style)));
        ::mvwaddstr(stdscr, y++, 0, line.text.c_str());
    }
    ::wattrset(stdscr, A_NORMAL);
    ::wrefresh(stdscr);
}

KeyPress Terminal::wait_for_key(int milliseconds) {
    ::wtimeout(stdscr, milliseconds);
    const int code = ::wgetch(stdscr);
    return code == ERR || code == KEY_RESIZE ? KeyPress{} : key_of(code);
}

}  // namespace dregs
