package engine

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestBridgeLinks(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{
		"docker0/brif/veth0123456", "br-c87b754f7f53/brif/vethabcdef0", "br-c87b754f7f53/brif/tap0",
		"br-lan/brif/veth1111111", "virbr0/brif/veth2222222", "eth0/type",
	} {
		write(t, filepath.Join(dir, path), "")
	}
	got, err := bridgeLinks(dir)
	if want := []string{"vethabcdef0", "veth0123456"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
	if _, err := bridgeLinks(filepath.Join(dir, "none")); err == nil {
		t.Error("no error without the directory")
	}
}

func TestContainersRun(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "7/cmdline"), "/usr/bin/dockerd\x00")
	write(t, filepath.Join(dir, "8/cmdline"), "/usr/local/bin/containerd-shim-runc-v2\x00-namespace\x00k8s.io\x00-id\x00a\x00")
	if containersRun(dir) {
		t.Error("another engine's container counts")
	}
	write(t, filepath.Join(dir, "9/cmdline"), "/usr/bin/containerd-shim-runc-v2\x00-namespace\x00moby\x00-id\x00a\x00")
	if !containersRun(dir) {
		t.Error("a container of Docker's does not count")
	}
}
