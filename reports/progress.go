package reports

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hookcheck/hookcheck/framework/requirement"
)

const (
	// redrawEvery keeps a terminal at five lines a second, however much happens.
	redrawEvery = 200 * time.Millisecond
	// aliveEvery is how often a log hears what still runs: a CI that kills
	// silent jobs waits for minutes, a person for less.
	aliveEvery = 15 * time.Second
	// aliveNames is how many running scenarios such a line names.
	aliveNames = 6
)

// Progress shows how a run goes. On a terminal it rewrites one line and prints
// what is violated, passed unexpectedly or is inconclusive above it; elsewhere it
// prints a line for each finished scenario, and every 15 s one with what still
// runs. Goroutines may share a Progress. Nothing it does can fail a run: errors of its writer are
// dropped.
type Progress struct {
	out          io.Writer
	terminal     bool
	width        func() int
	scenarios    int
	requirements int

	mu       sync.Mutex
	running  map[string]*runningScenario
	finished int
	summary  Summary
	above    []string // on a terminal: lines to print with the next redraw
	shown    string   // on a terminal: the line that stands there
	closed   bool

	stop chan struct{}
	done chan struct{}
}

type runningScenario struct {
	name    string
	started time.Time
	waiting string // for what, where that is known
}

// NewProgress starts showing a run of so many scenarios and requirements. width
// tells the columns of the terminal, asked anew for each line; it may be nil, or
// give 0, for 80. Close ends it.
func NewProgress(out io.Writer, isTerminal bool, width func() int, scenarios, requirements int) *Progress {
	p := &Progress{
		out: out, terminal: isTerminal, width: width, scenarios: scenarios, requirements: requirements,
		running: map[string]*runningScenario{},
		stop:    make(chan struct{}), done: make(chan struct{}),
	}
	go p.tick()
	return p
}

// tick is the only goroutine of a Progress.
func (p *Progress) tick() {
	defer close(p.done)
	every, show := aliveEvery, p.alive
	if p.terminal {
		every, show = redrawEvery, p.redraw
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-ticker.C:
			p.mu.Lock()
			if !p.closed {
				show()
			}
			p.mu.Unlock()
		}
	}
}

// Started tells that a scenario has begun.
func (p *Progress) Started(scenario string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || p.running[scenario] != nil {
		return
	}
	p.running[scenario] = &runningScenario{name: scenario, started: time.Now()}
}

// Waiting tells what a running scenario waits for, such as "the pod to be
// ready"; "" for nothing any more.
func (p *Progress) Waiting(scenario, what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if r := p.running[scenario]; r != nil {
		r.waiting = oneLine(printable(what))
	}
}

// Finished tells that a scenario has ended, and with what results.
func (p *Progress) Finished(scenario string, results []requirement.Result) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	took := time.Duration(0)
	if r := p.running[scenario]; r != nil {
		took = time.Since(r.started)
	} else if len(results) > 0 {
		took = seconds(results[0].Seconds)
	}
	delete(p.running, scenario)
	p.finished++
	var here Summary
	for _, result := range results {
		p.summary.Add(result.Verdict)
		here.Add(result.Verdict)
	}
	if !p.terminal {
		p.print(fmt.Sprintf("%d/%d  %s  %s  %s", p.finished, p.scenarios, scenario, human(took), cmp.Or(verdicts(here), "no result")))
	}
	for _, result := range results {
		switch result.Verdict {
		case requirement.NonConformant, requirement.UnexpectedPass, requirement.Inconclusive:
			p.print(bad(result))
		}
	}
}

// Note prints a line that stays, such as a warning, without tearing the one
// that is rewritten.
func (p *Progress) Note(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.print(oneLine(line))
	}
}

// Close prints what is still to be printed, removes the line that was rewritten
// and ends the goroutine. A second Close does nothing.
func (p *Progress) Close() {
	p.mu.Lock()
	if !p.closed {
		p.closed = true
		close(p.stop)
		if p.terminal {
			p.show("")
		}
	}
	p.mu.Unlock()
	<-p.done
}

// print adds a line that stays: on a terminal with the next redraw.
func (p *Progress) print(line string) {
	line = printable(line)
	if p.terminal {
		p.above = append(p.above, line)
		return
	}
	_, _ = io.WriteString(p.out, line+"\n")
}

func (p *Progress) redraw() {
	columns := 0
	if p.width != nil {
		columns = p.width()
	}
	if columns <= 0 {
		columns = minWidth
	}
	// The last column stays free: some terminals wrap when it is written.
	p.show(cut(p.status(), columns-1))
}

// show replaces the line by another, with the lines that stay above it.
func (p *Progress) show(line string) {
	if line == p.shown && len(p.above) == 0 {
		return
	}
	const erase = "\r\x1b[2K"
	var b strings.Builder
	if p.shown != "" {
		b.WriteString(erase)
	}
	for _, above := range p.above {
		b.WriteString(above + "\n")
	}
	b.WriteString(line)
	p.above, p.shown = nil, line
	_, _ = io.WriteString(p.out, b.String())
}

// status is the line that is rewritten.
func (p *Progress) status() string {
	parts := []string{fmt.Sprintf("%d/%d scenarios", p.finished, p.scenarios), fmt.Sprintf("%d conformant", p.summary.Conformant)}
	others := p.summary
	others.Conformant = 0
	if text := verdicts(others); text != "" {
		parts = append(parts, text)
	}
	parts = append(parts, fmt.Sprintf("%d running", len(p.running)), fmt.Sprintf("%d left", p.left()))
	if longest := p.byAge(); len(longest) > 0 {
		parts = append(parts, "longest: "+longest[0].String())
	}
	return "[ " + strings.Join(parts, " · ") + " ]"
}

// alive is the line, every 15 s, that tells a log what still runs.
func (p *Progress) alive() {
	judged := p.summary.Total()
	text := fmt.Sprintf("… %d/%d scenarios, %d/%d requirements, %d left", p.finished, p.scenarios, judged, p.requirements, p.left())
	running := p.byAge()
	if len(running) == 0 {
		p.print(text + ", nothing runs")
		return
	}
	var names []string
	for _, r := range running[:min(len(running), aliveNames)] {
		names = append(names, r.String())
	}
	text += fmt.Sprintf(", %d running: %s", len(running), strings.Join(names, ", "))
	if more := len(running) - aliveNames; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	p.print(text)
}

func (p *Progress) left() int { return max(p.scenarios-p.finished-len(p.running), 0) }

// byAge returns the running scenarios, the one that began first first.
func (p *Progress) byAge() []*runningScenario {
	list := make([]*runningScenario, 0, len(p.running))
	for _, r := range p.running {
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b *runningScenario) int {
		return cmp.Or(a.started.Compare(b.started), cmp.Compare(a.name, b.name))
	})
	return list
}

func (r *runningScenario) String() string {
	text := printable(r.name) + " " + time.Since(r.started).Truncate(time.Second).String()
	if r.waiting != "" {
		text += " (waits for " + r.waiting + ")"
	}
	return text
}

// verdicts is "3 conformant · 1 inconclusive", or "" where there is none.
func verdicts(s Summary) string {
	var parts []string
	for _, v := range displayOrder {
		if n := s.Count(v); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, v))
		}
	}
	return strings.Join(parts, " · ")
}

// bad is the line about a result that somebody should look at.
func bad(r requirement.Result) string {
	text := fmt.Sprintf("%s  %s  (%s)", r.Verdict, r.Requirement, r.Scenario)
	switch {
	case contradicts(r):
		text += "  expected " + oneLine(r.Expected) + "; seen " + oneLine(r.Seen)
	case r.Reason != "":
		text += "  " + oneLine(r.Reason)
	}
	return text
}
