package nodeimage

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/hookcheck/hookcheck/hack/internal/debimage"
)

// proxyLayer is the file, beside the root file system, that holds what kube-proxy executes.
const proxyLayer = "kube-proxy.tar"

// rootfs is what runs below Kubernetes in a node: the packages that kind's base image has, without those for
// network storage and rootless engines, and with the two OCI runtimes and the message bus that crun needs.
func rootfs() debimage.Rootfs {
	return debimage.Rootfs{
		Name: "node",
		Packages: []string{
			"systemd", "dbus",
			"conntrack", "iptables", "nftables", "iproute2", "ethtool", "util-linux", "mount", "kmod", "libseccomp2",
			"e2fsprogs", "bash", "ca-certificates", "curl", "procps",
			"runc", "crun",
		},
		Finish: finishRootfs,
		Recipe: "1",
	}
}

// finishRootfs does what the Dockerfile of kind's base image does after it installed packages, and takes from the
// tree what the kube-proxy image needs.
func finishRootfs(root, out string) error {
	layer, err := debimage.Closure(root, "usr/sbin/xtables-*-multi", "usr/lib/*-linux-gnu/xtables/*.so",
		"usr/sbin/nft", "usr/sbin/conntrack", "usr/bin/kmod", "usr/sbin/modprobe")
	if err != nil {
		return fmt.Errorf("collect the programs of kube-proxy: %w", err)
	}
	for _, file := range []string{"etc/protocols", "etc/services", "etc/ethertypes"} { // names in rules
		if data, err := os.ReadFile(filepath.Join(root, file)); err == nil {
			layer[file] = fileOf(data)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := layer.WriteFile(filepath.Join(out, proxyLayer)); err != nil {
		return err
	}
	if err := debimage.Remove(root,
		"lib/systemd/system/sysinit.target.wants/systemd-tmpfiles-setup.service",
		"lib/systemd/system/multi-user.target.wants/*",
		"etc/systemd/system/*.wants/*",
		"lib/systemd/system/local-fs.target.wants/*",
		"lib/systemd/system/sockets.target.wants/*udev*",
		"lib/systemd/system/sockets.target.wants/*initctl*",
		"lib/systemd/system/basic.target.wants/*",
		"etc/hostname", "etc/resolv.conf", // the engine's
	); err != nil {
		return err
	}
	// The kernel's messages are the machine's, and would confuse.
	if err := appendTo(filepath.Join(root, "etc/systemd/journald.conf"), "ReadKMsg=no\n"); err != nil {
		return err
	}
	if err := os.Symlink("/usr/lib/systemd/systemd", filepath.Join(root, "sbin/init")); err != nil {
		return err
	}
	return os.MkdirAll(filepath.Join(root, "etc/kubernetes/manifests"), 0o755)
}

func appendTo(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}
