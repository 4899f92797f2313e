package scenario

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	"github.com/hookcheck/hookcheck/framework/requirement"
)

// catalogue is a small one: prestop.a, prestop.b, grace.c.
func catalogue(t *testing.T) *requirement.Catalogue {
	t.Helper()
	entry := func(id string) string {
		return "- id: " + id + "\n  level: MUST\n  profile: core\n  sentence: This is a whole sentence.\n  source: [somewhere]\n"
	}
	c, err := requirement.LoadFS(fstest.MapFS{
		"catalogue/prestop.yaml": {Data: []byte(entry("prestop.a") + entry("prestop.b"))},
		"catalogue/grace.yaml":   {Data: []byte(entry("grace.c"))},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func checks(ids ...string) (all []Check) {
	for i, id := range ids {
		all = append(all, Check{Requirement: id, File: "suites/x/y.go", Line: 10 + i})
	}
	return all
}

func TestValidate(t *testing.T) {
	for _, tc := range []struct {
		name      string
		scenarios []*Scenario
		problems  []string
	}{
		{"agree", []*Scenario{{Name: "prestop/x", Checks: checks("prestop.a", "prestop.b")}, {Name: "grace/y", Checks: checks("grace.c")}}, nil},
		{"a requirement without a check", []*Scenario{{Name: "prestop/x", Checks: checks("prestop.a")}, {Name: "grace/y", Checks: checks("grace.c")}},
			[]string{"requirement prestop.b has no check"}},
		{"a check without a requirement", []*Scenario{{Name: "prestop/x", Checks: checks("prestop.a", "prestop.b", "grace.c", "prestop.aa")}},
			[]string{`suites/x/y.go:13: unknown requirement "prestop.aa"; did you mean "prestop.a"?`}},
		{"two checks of one requirement", []*Scenario{{Name: "prestop/x", Checks: checks("prestop.a", "prestop.b", "grace.c")}, {Name: "grace/y", Checks: checks("grace.c")}},
			[]string{"suites/x/y.go:10: requirement grace.c is already checked in prestop/x"}},
		{"two checks of one requirement in one scenario", []*Scenario{{Name: "prestop/x", Checks: checks("prestop.a", "prestop.a", "prestop.b", "grace.c")}},
			[]string{"suites/x/y.go:11: requirement prestop.a is already checked in prestop/x"}},
		{"a scenario without a check", []*Scenario{{Name: "prestop/x", Checks: checks("prestop.a", "prestop.b", "grace.c")}, {Name: "grace/y"}},
			[]string{"scenario grace/y has no check"}},
		{"all at once", []*Scenario{{Name: "grace/y"}, {Name: "prestop/x", Checks: checks("prestop.a", "prestop.a")}},
			[]string{"scenario grace/y has no check", "suites/x/y.go:11: requirement prestop.a is already checked in prestop/x",
				"requirement grace.c has no check", "requirement prestop.b has no check"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := Validate(catalogue(t), tc.scenarios)
			if len(tc.problems) == 0 {
				if err != nil {
					t.Error(err)
				}
				return
			}
			want := "the catalogue and the suites do not agree:\n  " + strings.Join(tc.problems, "\n  ")
			if err == nil || err.Error() != want {
				t.Errorf("error\n%v\nwant\n%s", err, want)
			}
		})
	}
}

func TestValidateUntestable(t *testing.T) {
	c, err := requirement.LoadFS(fstest.MapFS{"catalogue/prestop.yaml": {Data: []byte(
		"- id: prestop.note\n  level: MUST\n  profile: core\n  sentence: This is a whole sentence.\n  source: [somewhere]\n  untestable: It is a note.\n")}})
	if err != nil {
		t.Fatal(err)
	}
	if err := Validate(c, nil); err != nil {
		t.Errorf("it needs no check: %v", err)
	}
	err = Validate(c, []*Scenario{{Name: "prestop/x", Checks: checks("prestop.note")}})
	if err == nil || !strings.HasSuffix(err.Error(), "requirement prestop.note is said to be untestable, and prestop/x checks it") {
		t.Errorf("error %v", err)
	}
}

// register makes scenarios known for the time of a test.
func register(t *testing.T, names ...string) {
	t.Helper()
	before := registry
	t.Cleanup(func() { registry = before })
	registry = nil
	for _, name := range names {
		registry = append(registry, &Scenario{Name: name})
	}
}

func TestLookup(t *testing.T) {
	register(t, "prestop/evict", "grace/floor")
	if s, err := Lookup("grace/floor"); err != nil || s.Name != "grace/floor" {
		t.Errorf("%v, %v", s, err)
	}
	for name, want := range map[string]string{
		"grace/flor":  `unknown scenario "grace/flor"; did you mean "grace/floor"?`,
		"evict":       `unknown scenario "evict"; did you mean "prestop/evict"?`,
		"zzzzzzzz-zz": `unknown scenario "zzzzzzzz-zz"; known are grace/floor, prestop/evict`,
	} {
		if _, err := Lookup(name); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
}

func TestAllIsSortedAndACopy(t *testing.T) {
	register(t, "prestop/b", "prestop/a", "grace/z")
	all := All()
	if all[0].Name != "grace/z" || all[1].Name != "prestop/a" || all[2].Name != "prestop/b" {
		t.Errorf("%s, %s, %s", all[0].Name, all[1].Name, all[2].Name)
	}
	if all[0] = nil; registry[0].Name != "prestop/b" || slices.Contains(registry, nil) {
		t.Error("the registry was changed")
	}
}

func TestNames(t *testing.T) {
	s := &Scenario{Name: "prestop/exec_before_term"}
	if s.Label() != "prestop.exec_before_term" || s.Area() != "prestop" {
		t.Errorf("label %s, area %s", s.Label(), s.Area())
	}
	if path := HistoryPath(s.Name); path != "histories/prestop/exec_before_term.jsonl" {
		t.Error(path)
	}
	for file, want := range map[string]string{
		"/home/me/hookcheck/suites/grace/floor.go":               "suites/grace/floor.go",
		"github.com/hookcheck/hookcheck/suites/grace/floor.go":   "suites/grace/floor.go",
		`C:\src\hookcheck\suites\grace\floor.go`:                 "suites/grace/floor.go",
		"/src/suites/hookcheck/suites/grace/floor.go":            "suites/grace/floor.go",
		"/home/me/hookcheck/framework/scenario/scenario_test.go": "/home/me/hookcheck/framework/scenario/scenario_test.go",
	} {
		if got := relative(file); got != want {
			t.Errorf("%s becomes %s, want %s", file, got, want)
		}
	}
}

func TestDeclaration(t *testing.T) {
	s := &Scenario{}
	d := &S{s}
	d.Do(Create(), AwaitReady())
	d.Do(Delete())
	d.Check("prestop.a", func(*judge.J, *history.History) {})
	if len(s.Steps) != 3 || s.Steps[2].Text != "delete" || s.AsWritten {
		t.Errorf("%+v", s)
	}
	if c := s.Checks[0]; c.Requirement != "prestop.a" || !strings.HasSuffix(c.File, "scenario_test.go") || c.Line == 0 {
		t.Errorf("the check is said to stand in %s:%d", c.File, c.Line)
	}
	if d.Alone(); !s.Alone {
		t.Error("not alone")
	}
	if d.AsWritten(); !s.AsWritten {
		t.Error("not as written")
	}
}

func TestJudge(t *testing.T) {
	start := time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)
	h := history.New(history.Header{Started: start})
	h.Append(history.Event{Kind: history.KindNote, Name: "exec"})
	s := &Scenario{Name: "prestop/x", Checks: checks("prestop.a", "prestop.b", "grace.c")}
	s.Checks[0].Judge = func(j *judge.J, h *history.History) { j.Expect(h).To(history.Contain(history.Note("exec"))) }
	s.Checks[1].Judge = func(j *judge.J, h *history.History) { j.Expect(h).To(history.ContainNo(history.Note("exec"))) }
	s.Checks[2].Judge = func(*judge.J, *history.History) { t.Error("not selected, yet judged") }
	selected := func(id string) bool { return id != "grace.c" }

	open := s.Judge(h, selected)
	if len(open) != 2 || open[0].Verdict != requirement.Inconclusive || open[0].Seconds != 0 {
		t.Errorf("of a recording that was cut off: %+v", open)
	}
	h.Close(start.Add(90*time.Second), "")
	results := s.Judge(h, selected)
	for i, want := range []struct {
		id      string
		verdict requirement.Verdict
	}{{"prestop.a", requirement.Conformant}, {"prestop.b", requirement.NonConformant}} {
		r := results[i]
		if r.Requirement != want.id || r.Verdict != want.verdict || r.Scenario != "prestop/x" || r.File != "suites/x/y.go" || r.Line != 10+i ||
			r.History != "histories/prestop/x.jsonl" || !r.Started.Equal(start) || r.Seconds != 90 {
			t.Errorf("%+v", r)
		}
	}
	s.Checks = s.Checks[:2]
	if all := s.Judge(h, nil); len(all) != 2 {
		t.Errorf("nil selects all, got %d", len(all))
	}
}

func TestLabels(t *testing.T) {
	got := Labels(requirement.Requirement{ID: "prestop.a", Area: "prestop", Level: requirement.MustNot, Profile: requirement.Core})
	want := []string{"area:prestop", "profile:core", "level:MUST-NOT", "requirement:prestop.a"}
	if !slices.Equal(got, want) {
		t.Errorf("labels %q, want %q", got, want)
	}
}
