package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/hookcheck/hookcheck/hack/internal/registry"
)

func TestUsage(t *testing.T) {
	for name, tc := range map[string]struct {
		args []string
		code int
		text string
	}{
		"help":           {[]string{"-h"}, 0, "-out"},
		"unknown flag":   {[]string{"-x"}, 2, "not defined: -x"},
		"nothing":        {nil, 2, "--out is required"},
		"stray argument": {[]string{"-out", "x", "nginx.tar"}, 2, "unexpected argument"},
	} {
		t.Run(name, func(t *testing.T) {
			var stderr bytes.Buffer
			if code := run(t.Context(), tc.args, &stderr); code != tc.code || !strings.Contains(stderr.String(), tc.text) {
				t.Errorf("exit code %d, want %d; said %q, want %q", code, tc.code, stderr.String(), tc.text)
			}
		})
	}
}

func TestLeavesItToTheRegistry(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	dir := t.TempDir()
	if err := provide(t.Context(), t.Logf, dir, registry.Registry{Base: server.URL}); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("wrote %v, though the published image can be had", left)
	}
}
