// Package handlers has the scenarios about the ways to say what a hook does that
// need no process and no server: sleep and tcpSocket. Those about exec and
// httpGet have packages of their own.
package handlers
