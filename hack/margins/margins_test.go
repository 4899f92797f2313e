package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/hookcheck/hookcheck/framework/history"
)

func TestTable(t *testing.T) {
	margin := func(from, to time.Duration) history.Margin {
		return history.Margin{Expected: "from a to b between 3s and 34s", Low: 3 * time.Second, High: 34 * time.Second, From: from, To: to}
	}
	all := table{}
	all.add("grace.a", margin(4*time.Second, 4*time.Second), "01")
	all.add("grace.a", margin(3500*time.Millisecond, 3600*time.Millisecond), "02")
	all.add("grace.a", margin(5*time.Second, 5*time.Second), "03")
	all.add("grace.b", margin(35*time.Second, 36*time.Second), "03") // missed
	var out bytes.Buffer
	if err := all.write(&out, time.Second); err != nil {
		t.Fatal(err)
	}
	var got []string
	for line := range strings.Lines(out.String()) {
		got = append(got, strings.Join(strings.Fields(line)[:5], " "))
	}
	want := []string{"least median n bound requirement", "-1.000 -1.000 1 high grace.b", "0.600 1.000 3 low grace.a"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s", out.String())
	}
}

func TestRun(t *testing.T) {
	for name, tt := range map[string]struct {
		args []string
		code int
		says string
	}{
		"nothing":      {nil, 2, "name the directories of runs"},
		"no such flag": {[]string{"-far"}, 2, "flag provided but not defined"},
		"no histories": {[]string{t.TempDir()}, 1, "holds no histories"},
		"help":         {[]string{"-h"}, 0, "-below"},
	} {
		var out, errs bytes.Buffer
		if code := run(tt.args, &out, &errs); code != tt.code || !strings.Contains(errs.String(), tt.says) {
			t.Errorf("%s: exit code %d, %q", name, code, errs.String())
		}
	}
}
