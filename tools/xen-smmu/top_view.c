/* SPDX-License-Identifier: GPL-2.0-only */
/* top on a terminal: the screen, and the keys. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <ncurses.h>

#include "output.h"
#include "top.h"

#define BAD_PAIR 1
#define MS 1000000              /* ns */

struct view {
    const struct options *options;
    struct top top;
    struct top_order orders[NR_TOP_TABLES];
    int first[NR_TOP_TABLES];   /* the first line that is shown */
    enum top_table table;
    uint64_t delay;
    bool paused, help, colour;
};

static volatile sig_atomic_t leave;
static bool on_screen;
static char trouble[160];       /* of the last look; "": none */

static void on_signal(int number)
{
    (void)number;
    leave = 1;
}

/* A list that changed while it was read is shown next time; all else ends. */
static bool on_fail(int rc, const char *text)
{
    if (rc == RC_RETRY) {
        snprintf(trouble, sizeof(trouble), "%s", text);
        return true;
    }
    if (on_screen)
        endwin();
    on_screen = false;
    return false;
}

/* Clipped to the screen, and no further. */
static void put(int y, int x, const char *text)
{
    if (y < LINES && x < COLS)
        mvaddnstr(y, x, text, COLS - x);
}

static void put_title(const struct view *view)
{
    char clock[16] = "", *text;
    time_t now = time(NULL);
    struct tm tm;

    if (localtime_r(&now, &tm))
        strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
    if (view->options->from)
        text = format_text(PROGRAM " top  snapshot, no rates: %s",
                           view->options->from);
    else
        text = format_text(PROGRAM " top  %s  every %g s%s", clock,
                           (double)view->delay / 1e9,
                           view->paused ? "  PAUSED" : "");
    make_printable(text);
    attron(A_BOLD);
    put(0, 0, text);
    attroff(A_BOLD);
    free(text);
}

static int put_summary(const struct view *view, int y)
{
    char *text;
    int line;

    for (line = 0; (text = top_summary(&view->top, line)); line++) {
        put(y++, 0, text);
        free(text);
    }
    return y;
}

static void put_tabs(const struct view *view, int y)
{
    const struct top_order *order = &view->orders[view->table];
    const struct top_table_info *table = &top_tables[view->table];
    char *text;
    int i, x = 0;

    for (i = 0; i < NR_TOP_TABLES; i++) {
        text = format_text(" %d %s ", i + 1, top_tables[i].name);
        if (i == (int)view->table)
            attron(A_REVERSE);
        put(y, x, text);
        attroff(A_REVERSE);
        x += strlen(text) + 1;
        free(text);
    }
    if (order->column < 0)
        return;
    text = format_text("by %s%s", top_title(table->kind,
                                            &table->columns[order->column]),
                       order->reverse ? ", reversed" : "");
    put(y, x + 1, text);
    free(text);
}

static void put_row(const struct view *view, const struct top_text *text,
                    int y, int row)
{
    enum kind kind = top_tables[view->table].kind;
    char cell[512];
    int c, x = 0;

    for (c = 0; c < text->count; c++) {
        const struct top_column *column = text->columns[c];
        const struct field *field = field_find(kind, column->key);
        bool bad = row >= 0 && !column->rate && !field->number &&
                   field->type != F_DERIVED &&
                   is_bad(field, text->records[row]);

        top_pad(text, kind, c, row < 0 ? top_title(kind, column)
                : text->cells[row * text->count + c], cell, sizeof(cell));
        if (bad)
            attron(view->colour ? COLOR_PAIR(BAD_PAIR) : A_BOLD);
        put(y, x, cell);
        if (bad)
            attroff(view->colour ? COLOR_PAIR(BAD_PAIR) : A_BOLD);
        x += text->widths[c] + 1;
    }
}

/* Lines y to last, both included. */
static void put_table(struct view *view, int y, int last)
{
    int *first = &view->first[view->table], room = last - y, i;
    struct top_text text;

    if (room < 0)
        return;
    top_layout(&view->top, &view->orders[view->table], COLS, &text);
    attron(A_UNDERLINE);
    put_row(view, &text, y, -1);
    attroff(A_UNDERLINE);
    if (*first > text.rows - room)
        *first = text.rows - room;
    if (*first < 0)
        *first = 0;
    for (i = 0; i < room && *first + i < text.rows; i++)
        put_row(view, &text, y + 1 + i, *first + i);
    if (!text.rows && room)
        put(y + 1, 0, "Nothing is there.");
    top_layout_free(&text);
}

static void put_help(int y, int last)
{
    static const char *const lines[] = {
        "Tab, left, right   another view      1, 2, 3   this view",
        "up, down, PgUp, PgDn, Home, End      other lines",
        "s                  sort by the next column, then as Xen has them",
        "r                  reverse the order",
        "p, space           pause, and go on",
        "?, h               this help, and away with it",
        "q                  quit",
        "",
        "Rates are of the time between two looks; - is not known.",
        "DEBT: pages owed before a stream opens again; all: the whole VMID.",
        "ELIDED: unmaps that cost no hardware access, the domain being asleep.",
    };
    size_t i;

    for (i = 0; i < sizeof(lines) / sizeof(lines[0]) && y <= last; i++)
        put(y++, 2, lines[i]);
}

/* On a small screen the table comes first, then what it is about. */
static void draw(struct view *view)
{
    int y = 0, last = LINES - 1;

    erase();
    if (LINES >= 6) {
        put_title(view);
        y = 1;
    }
    if (LINES >= 12)
        y = put_summary(view, y) + 1;
    put_tabs(view, y);
    if (LINES >= 8) {
        put(last, 0, *trouble ? trouble :
            "q quit  Tab view  s sort  r reverse  p pause  ? help");
        last--;
    }
    if (view->help)
        put_help(y + 2, last);
    else
        put_table(view, y + 1, last);
    refresh();
}

static void next_order(struct top_order *order)
{
    const struct top_column *columns = top_tables[order->table].columns;

    order->column++;
    if (!columns[order->column].key)
        order->column = -1;
    order->reverse = false;
}

static void scroll_by(struct view *view, int lines)
{
    view->first[view->table] += lines;
    if (view->first[view->table] < 0)
        view->first[view->table] = 0;
}

static void turn(struct view *view, int by)
{
    view->table = (view->table + NR_TOP_TABLES + by) % NR_TOP_TABLES;
}

/* False: it is the last. */
static bool key(struct view *view, int key)
{
    switch (key) {
    case 'q': case 'Q':
        return false;
    case '\t': case KEY_RIGHT:
        turn(view, 1);
        break;
    case KEY_BTAB: case KEY_LEFT:
        turn(view, -1);
        break;
    case '1': case '2': case '3':
        view->table = key - '1';
        break;
    case 's':
        next_order(&view->orders[view->table]);
        break;
    case 'r':
        view->orders[view->table].reverse =
            !view->orders[view->table].reverse;
        break;
    case 'p': case ' ':
        view->paused = !view->paused;
        break;
    case '?': case 'h':
        view->help = !view->help;
        break;
    case KEY_UP:
        scroll_by(view, -1);
        break;
    case KEY_DOWN:
        scroll_by(view, 1);
        break;
    case KEY_PPAGE:
        scroll_by(view, -LINES / 2);
        break;
    case KEY_NPAGE:
        scroll_by(view, LINES / 2);
        break;
    case KEY_HOME:
        view->first[view->table] = 0;
        break;
    case KEY_END:
        view->first[view->table] = 1 << 20;
        break;
    }
    return true;
}

static uint64_t clock_ns(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000 * MS + time.tv_nsec;
}

/* Keys until it is time for the next look; false: the user leaves. */
static bool wait_keys(struct view *view)
{
    uint64_t next = clock_ns() + view->delay, now;
    int pressed;

    while (!leave) {
        draw(view);
        now = clock_ns();
        /* What does not change is not looked at again. */
        if (view->paused || view->options->from)
            timeout(view->paused ? 200 : 1000);
        else if (now >= next)
            return true;
        else
            timeout((next - now) / MS + 1);
        pressed = getch();
        if (pressed != ERR && !key(view, pressed))
            return false;
        if (view->paused)
            next = 0;
    }
    return false;
}

static int look(struct view *view)
{
    int rc;

    *trouble = '\0';
    rc = top_look(&view->top, view->options);
    return rc == RC_RETRY ? RC_OK : rc;
}

static int run(struct view *view, uint64_t looks)
{
    uint64_t n;
    int rc = RC_OK;

    for (n = 1; !rc && wait_keys(view) && n != looks; n++)
        rc = look(view);
    return rc;
}

static void catch_signals(void)
{
    static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
    struct sigaction action = { .sa_handler = on_signal };
    size_t i;

    for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
        sigaction(signals[i], &action, NULL);
}

int top_view(const struct options *options, uint64_t delay, uint64_t looks)
{
    struct view view = { .options = options, .delay = delay };
    const char *term = getenv("TERM");
    SCREEN *screen = NULL;
    int i, rc;

    for (i = 0; i < NR_TOP_TABLES; i++)
        view.orders[i] = (struct top_order){ .table = i, .column = -1 };
    /* What fails now is said before the screen is taken. */
    rc = top_look(&view.top, options);
    if (rc)
        goto out;
    catch_signals();
    screen = newterm(NULL, stdout, stdin);
    if (!screen) {
        rc = fail(RC_FAILED, "Set TERM to what the terminal is; 'top -b' "
                  "needs none.", "cannot use the terminal '%s'",
                  term ? term : "");
        goto out;
    }
    on_screen = true;
    fail_hook(on_fail);
    cbreak();
    noecho();
    keypad(stdscr, TRUE);
    curs_set(0);
    view.colour = colours() && has_colors();
    if (view.colour) {
        start_color();
        use_default_colors();
        init_pair(BAD_PAIR, COLOR_RED, -1);
    }
    rc = run(&view, looks);

 out:
    if (on_screen)
        endwin();
    on_screen = false;
    fail_hook(NULL);
    if (screen)
        delscreen(screen);
    top_free(&view.top);
    return rc;
}
