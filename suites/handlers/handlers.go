// Package handlers has the scenarios about the ways to say what a hook does:
// httpGet, tcpSocket and sleep, and the rule of probes that httpGet hooks are
// often believed to share.
package handlers
