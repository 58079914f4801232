// Command ferret serves the MongoDB protocol on a loopback port, with FerretDB's SQLite backend.
//
// It exists because a ferretdb command built by "go install" refuses to start without generated
// version files; the embeddable package does not need them.
//
// Usage: ferret DIRECTORY. It prints the MongoDB URI as its first line and ends with its standard input.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"

	"github.com/FerretDB/FerretDB/ferretdb"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: ferret DIRECTORY")
	}
	server, err := ferretdb.New(&ferretdb.Config{
		Listener:  ferretdb.ListenerConfig{TCP: "127.0.0.1:0"},
		Logger:    slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
		Handler:   "sqlite",
		SQLiteURL: "file:" + os.Args[1] + "/",
	})
	if err != nil {
		log.Fatal(err)
	}

	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // ends when whoever started this ends
		cancel()
	}()
	go func() { fmt.Println(server.MongoDBURI()) }() // waits until Run listens

	if err := server.Run(ctx); err != nil {
		log.Fatal(err)
	}
}
