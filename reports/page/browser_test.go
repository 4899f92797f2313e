package page

import (
	"context"
	_ "embed"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

var screenshots = flag.String("screenshots", "", "directory for pictures of the page, which somebody should look at")

//go:embed testdata/inspect.js
var inspect string

// A browser has a page open.
type browser struct {
	ctx context.Context
	dir string // of its pages

	mu       sync.Mutex
	problems []string // what the console says
	requests []string // other than for the page itself
}

// start starts a Chromium, which takes longer than most of what it is asked. Without
// one the test is skipped.
func start(t *testing.T) *browser {
	t.Helper()
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "headless_shell"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		t.Skip("no Chromium on this machine: apt-get install chromium")
	}
	allocator, cancel := chromedp.NewExecAllocator(t.Context(), append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program))...)
	t.Cleanup(cancel)
	b := &browser{dir: t.TempDir()}
	var stop context.CancelFunc
	b.ctx, stop = chromedp.NewContext(allocator)
	t.Cleanup(stop)
	if err := chromedp.Listen(b.ctx, b.listen); err != nil {
		t.Fatal(err)
	}
	b.do(t, chromedp.EmulateViewport(1280, 900))
	return b
}

// show opens a page.
func (b *browser) show(t *testing.T, name string, html []byte) {
	t.Helper()
	file := filepath.Join(b.dir, name)
	if err := os.WriteFile(file, html, 0o600); err != nil {
		t.Fatal(err)
	}
	b.do(t, chromedp.Navigate("file://"+file))
	eval[bool](t, b, inspect+"; true")
}

func (b *browser) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		b.problems = append(b.problems, fmt.Sprintf("console %s", e.Type))
	case *runtime.EventExceptionThrown:
		b.problems = append(b.problems, e.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		b.problems = append(b.problems, e.Entry.Text)
	case *network.EventRequestWillBeSent:
		if !strings.HasPrefix(e.Request.URL, "file://") {
			b.requests = append(b.requests, e.Request.URL)
		}
	}
}

// patience bounds an action: the machine may be busy, and the page is large.
const patience = time.Minute

func run[T any](t *testing.T, b *browser, action chromedp.Action[T]) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, action)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func (b *browser) do(t *testing.T, action chromedp.Action[chromedp.Void]) {
	t.Helper()
	run(t, b, action)
}

// eval evaluates an expression in the page.
func eval[T any](t *testing.T, b *browser, expression string) T {
	t.Helper()
	return run(t, b, chromedp.Evaluate[T](expression))
}

// scheme sets what prefers-color-scheme says.
func (b *browser) scheme(t *testing.T, value string) {
	t.Helper()
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: value}}})
	if err != nil {
		t.Fatal(err)
	}
}

// picture writes what the window shows, where pictures were asked for.
func (b *browser) picture(t *testing.T, name string) {
	t.Helper()
	if *screenshots == "" {
		return
	}
	png := run(t, b, chromedp.CaptureScreenshot())
	if err := os.MkdirAll(*screenshots, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*screenshots, name+".png"), png, 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestBrowser opens the page of the whole catalogue in a real browser, and then that
// of a comparison. The subtests follow each other in one window, as a reader would.
func TestBrowser(t *testing.T) {
	b := start(t)
	b.show(t, File, renderCatalogue(t))

	t.Run("first sight", func(t *testing.T) {
		if got := eval[string](t, b, `document.getElementById("verdict").textContent`); !strings.HasPrefix(got, "not conformant – ") {
			t.Errorf("verdict %q", got)
		}
		if wrong := eval[[]string](t, b, `inspect.wronglyFolded()`); len(wrong) > 0 {
			t.Errorf("folded or unfolded against their verdicts: %q", wrong)
		}
		b.picture(t, "overview")
		eval[bool](t, b, `document.querySelector(".req[data-v=non-conformant]").scrollIntoView(), true`)
		b.picture(t, "failing")
	})
	t.Run("filters", func(t *testing.T) { filters(t, b) })
	t.Run("keyboard", func(t *testing.T) { keyboard(t, b) })
	t.Run("addresses", func(t *testing.T) {
		id := eval[string](t, b, `document.querySelector(".req[data-v=conformant] a.window").hash.slice(3)`)
		eval[bool](t, b, `document.querySelector("[data-verdict=inconclusive]").click(), location.hash = "#w-`+id+`", true`)
		time.Sleep(200 * time.Millisecond) // hashchange comes later
		if opacity := eval[string](t, b, `getComputedStyle(document.getElementById("w-`+id+`")).opacity`); opacity != "0.25" {
			t.Errorf("the chosen window has opacity %s", opacity)
		}
		if !eval[bool](t, b, `inspect.visible(document.getElementById("w-`+id+`"))`) {
			t.Error("the chosen window is not shown")
		}
		b.picture(t, "window")
	})
	t.Run("unfolded", func(t *testing.T) {
		looks(t, b, "", []string{"verdict", "requirements", "claims", "measurements"})
		if n := eval[int](t, b, `document.querySelectorAll(".scroll svg.t").length`); n != len(goldens(t)) {
			t.Errorf("%d timelines of %d histories", n, len(goldens(t)))
		}
	})
	t.Run("comparison", func(t *testing.T) {
		html, err := RenderComparison(sampleComparison(t))
		if err != nil {
			t.Fatal(err)
		}
		b.do(t, chromedp.EmulateViewport(1280, 900))
		b.show(t, "comparison.html", html)
		if got := eval[string](t, b, `document.getElementById("verdict").textContent`); !strings.HasPrefix(got, "B has 1 new failure") {
			t.Errorf("verdict %q", got)
		}
		looks(t, b, "comparison-", []string{"verdict", "measured"})
	})
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.problems) > 0 {
		t.Errorf("the console says %q", b.problems)
	}
	if len(b.requests) > 0 {
		t.Errorf("the page asked for %q", b.requests)
	}
}

// looks unfolds everything and asks whether pictures, contrast and widths are right.
// The colours of a scheme change no size, so that each width is taken once: laying out
// the whole page is what takes long. Pictures are of all, and of the named parts.
func looks(t *testing.T, b *browser, prefix string, parts []string) {
	t.Helper()
	eval[bool](t, b, `document.querySelectorAll("details").forEach((d) => { d.open = true; }), true`)
	if wrong := eval[[]string](t, b, `inspect.badPictures()`); len(wrong) > 0 {
		t.Errorf("%d wrong pictures, such as %q", len(wrong), wrong[:min(len(wrong), 10)])
	}
	schemes := []string{"dark", "light"}
	for _, scheme := range schemes {
		b.scheme(t, scheme)
		if faint := eval[[]string](t, b, `inspect.faint()`); len(faint) > 0 {
			t.Errorf("%s: too little contrast: %q", scheme, faint)
		}
	}
	for _, width := range []int64{360, 768, 1280, 2400} {
		b.do(t, chromedp.EmulateViewport(width, 900))
		if wide := eval[[]string](t, b, `inspect.overflowing()`); len(wide) > 0 {
			t.Errorf("at %d px these are too wide: %q", width, wide)
		}
		for _, scheme := range schemes {
			if *screenshots == "" {
				break
			}
			b.scheme(t, scheme)
			for _, part := range parts {
				eval[bool](t, b, `document.getElementById("`+part+`").scrollIntoView(), true`)
				b.picture(t, fmt.Sprintf("%s%s-%d-%s", prefix, scheme, width, part))
			}
		}
	}
}

func filters(t *testing.T, b *browser) {
	total := eval[int](t, b, `document.querySelectorAll(".req").length`)
	shown := func() int { return eval[int](t, b, `inspect.shown().length`) }
	said := func() string { return eval[string](t, b, `document.getElementById("shown").textContent`) }
	set := func(id, value string) {
		eval[bool](t, b, fmt.Sprintf(`inspect.set(%q, %q), true`, id, value))
	}
	reset := func() { eval[bool](t, b, `document.querySelector("#filters [type=reset]").click(), true`) }
	if shown() != total || said() != fmt.Sprintf("%d of %d shown", total, total) {
		t.Errorf("%d of %d are shown at first: %s", shown(), total, said())
	}
	for _, tc := range []struct{ name, do, every string }{
		{"verdict", `document.querySelector("[data-verdict=non-conformant]").click()`, `r.dataset.v === "non-conformant"`},
		{"level", `inspect.set("f-level", "MUST NOT")`, `r.dataset.l === "MUST NOT"`},
		{"area", `inspect.set("f-area", "grace")`, `r.closest(".area").dataset.area === "grace"`},
		{"text", `inspect.set("f-text", "SIGKILL grace")`, `/sigkill/i.test(r.textContent) && /grace/i.test(r.textContent)`},
	} {
		eval[bool](t, b, tc.do+", true")
		want := eval[int](t, b, `[...document.querySelectorAll(".req")].filter((r) => `+tc.every+`).length`)
		if got := shown(); got != want || got == 0 || got == total || !eval[bool](t, b, `inspect.shown().every((r) => `+tc.every+`)`) {
			t.Errorf("%s: %d are shown, want %d of %d", tc.name, got, want, total)
		}
		if want := fmt.Sprintf("%d of %d shown", want, total); said() != want {
			t.Errorf("%s: it says %q, want %q", tc.name, said(), want)
		}
		reset()
	}
	set("f-text", "xyzzy")
	if shown() != 0 || !eval[bool](t, b, `inspect.visible(document.getElementById("none"))`) {
		t.Errorf("%d are shown, and nothing says that none is", shown())
	}
	reset()
	if shown() != total {
		t.Errorf("%d of %d after clearing the filters", shown(), total)
	}
}

// keyboard uses the page without a mouse.
func keyboard(t *testing.T, b *browser) {
	focus := func() string { return eval[string](t, b, `inspect.name(document.activeElement)`) }
	eval[bool](t, b, `document.activeElement.blur(), scrollTo(0, 0), true`)
	b.do(t, chromedp.KeyEvent("/"))
	if focus() != "input#f-text" {
		t.Errorf("/ leads to %s", focus())
	}
	// The protocol sends the character apart from the key, so that the page cannot keep it out.
	eval[string](t, b, `document.getElementById("f-text").value = ""`)
	b.do(t, chromedp.KeyEvent("sigkill"))
	if n := eval[int](t, b, `inspect.shown().length`); n == 0 || n > 100 {
		t.Errorf("%d requirements after typing %q", n, eval[string](t, b, `document.getElementById("f-text").value`))
	}
	eval[bool](t, b, `document.querySelector("#filters [type=reset]").click(), document.querySelector("[data-verdict=inconclusive]").focus(), true`)
	b.do(t, chromedp.KeyEvent(" "))
	if n := eval[int](t, b, `inspect.shown().filter((r) => r.dataset.v === "inconclusive").length`); n == 0 || n != eval[int](t, b, `inspect.shown().length`) {
		t.Errorf("the space key does not press the button of a verdict")
	}
	if outline := eval[string](t, b, `getComputedStyle(document.activeElement).outlineStyle`); outline == "none" {
		t.Error("nobody sees where the focus is")
	}
	b.do(t, chromedp.KeyEvent(" "))
	if unreachable := eval[[]string](t, b, `inspect.unreachable()`); len(unreachable) > 0 {
		t.Errorf("the keyboard does not reach %q", unreachable)
	}
}
