// Package http has the scenarios about httpGet hooks: what is asked and whom,
// and what the kubelet makes of the answer; and the rule of HTTP probes that
// these hooks are often believed to share.
package http
