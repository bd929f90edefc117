// Verify holds an exported log against golang.org/x/mod/sumdb, which knows nothing of hilt.
//
// It checks the signature of the checkpoint, that every entry is in the tree (through tiles that are verified as they are
// read), and where files are named that the log only grew since an older checkpoint, and that proofs of entries hold.
//
// Build: GO111MODULE=off GOPATH=/usr/share/gocode go build verify.go, with Debian's golang-golang-x-mod-dev.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

// folder reads tiles of the layout of C2SP tlog-tiles, which leaves out the height that Go's paths have.
type folder string

func (f folder) Height() int { return height }

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		data, err := f.read(tile)
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

func (f folder) read(tile tlog.Tile) ([]byte, error) {
	path := strings.TrimPrefix(tile.Path(), "tile/8/")
	return os.ReadFile(filepath.Join(string(f), "tile", strings.Replace(path, "data/", "entries/", 1)))
}

// entries are those of the bundle in which the entry at index stands.
func (f folder) entries(index, size int64) ([][]byte, error) {
	tile := tlog.Tile{H: height, L: -1, N: index >> height, W: 1 << height}
	if left := size - tile.N<<height; left < 1<<height {
		tile.W = int(left)
	}
	data, err := f.read(tile)
	if err != nil {
		return nil, err
	}
	var all [][]byte
	for len(data) > 0 {
		if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
			return nil, fmt.Errorf("%s breaks off", tile.Path())
		}
		end := 2 + int(binary.BigEndian.Uint16(data))
		all, data = append(all, data[2:end]), data[end:]
	}
	if len(all) != tile.W {
		return nil, fmt.Errorf("%s has %d entries, not %d", tile.Path(), len(all), tile.W)
	}
	return all, nil
}

// checkpoint opens the note of a checkpoint of the log whose key this is.
func checkpoint(data []byte, key note.Verifier) (tlog.Tree, error) {
	opened, err := note.Open(data, note.VerifierList(key))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != key.Name() {
		return tlog.Tree{}, fmt.Errorf("no checkpoint of %s: %q", key.Name(), opened.Text)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

// hashes decodes lines of base64.
func hashes(lines []string) ([]tlog.Hash, error) {
	var all []tlog.Hash
	for _, line := range lines {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return nil, err
		}
		all = append(all, hash)
	}
	return all, nil
}

// everyEntry verifies that each entry is at its place in the tree.
func everyEntry(f folder, tree tlog.Tree, reader tlog.HashReader) error {
	for first := int64(0); first < tree.N; first += 1 << height {
		entries, err := f.entries(first, tree.N)
		if err != nil {
			return err
		}
		var indexes []int64
		for at := range entries {
			indexes = append(indexes, tlog.StoredHashIndex(0, first+int64(at)))
		}
		leaves, err := reader.ReadHashes(indexes)
		if err != nil {
			return err
		}
		for at, entry := range entries {
			index := first + int64(at)
			if tlog.RecordHash(entry) != leaves[at] {
				return fmt.Errorf("entry %d is not the one in the tree", index)
			}
			proof, err := tlog.ProveRecord(tree.N, index, reader)
			if err != nil {
				return err
			}
			if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaves[at]); err != nil {
				return fmt.Errorf("entry %d: %v", index, err)
			}
		}
	}
	return nil
}

// growth verifies what the log asks of a witness: `old`, a size and a consistency proof, an empty line, and a checkpoint.
func growth(old tlog.Tree, request string, key note.Verifier) error {
	head, signed, _ := strings.Cut(request, "\n\n")
	lines := strings.Split(head, "\n")
	if lines[0] != fmt.Sprintf("old %d", old.N) {
		return fmt.Errorf("%q, and the old checkpoint is of %d entries", lines[0], old.N)
	}
	proof, err := hashes(lines[1:])
	if err != nil {
		return err
	}
	tree, err := checkpoint([]byte(signed), key)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash)
}

// proof verifies a file of C2SP tlog-proof with the entry in the folder.
func proof(f folder, size int64, text string, key note.Verifier) error {
	head, signed, _ := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	if lines[0] != "c2sp.org/tlog-proof@v1" || len(lines) < 2 {
		return fmt.Errorf("no proof: %q", lines[0])
	}
	lines = lines[1:]
	if extra := strings.TrimPrefix(lines[0], "extra "); extra != lines[0] {
		if _, err := base64.StdEncoding.DecodeString(extra); err != nil {
			return err
		}
		lines = lines[1:]
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "index "), 10, 64)
	if err != nil {
		return err
	}
	path, err := hashes(lines[1:])
	if err != nil {
		return err
	}
	tree, err := checkpoint([]byte(signed), key)
	if err != nil {
		return err
	}
	entries, err := f.entries(index, size)
	if err != nil {
		return err
	}
	leaf := tlog.RecordHash(entries[index%(1<<height)])
	return tlog.CheckRecord(path, tree.N, tree.Hash, index, leaf)
}

func run() error {
	vkey := flag.String("key", "", "the verifier key of the log")
	dir := flag.String("log", "", "the folder of the exported log")
	oldFile := flag.String("old", "", "an older checkpoint of the log")
	requestFile := flag.String("request", "", "what the log asks of a witness that has seen the older checkpoint")
	flag.Parse()
	key, err := note.NewVerifier(*vkey)
	if err != nil {
		return err
	}
	f := folder(*dir)
	data, err := os.ReadFile(filepath.Join(*dir, "checkpoint"))
	if err != nil {
		return err
	}
	tree, err := checkpoint(data, key)
	if err != nil {
		return err
	}
	reader := tlog.TileHashReader(tree, f)
	if err := everyEntry(f, tree, reader); err != nil {
		return err
	}
	if *oldFile != "" {
		data, err := os.ReadFile(*oldFile)
		if err != nil {
			return err
		}
		old, err := checkpoint(data, key)
		if err != nil {
			return err
		}
		path, err := tlog.ProveTree(tree.N, old.N, reader)
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(path, tree.N, tree.Hash, old.N, old.Hash); err != nil {
			return fmt.Errorf("from %d to %d entries: %v", old.N, tree.N, err)
		}
		if *requestFile != "" {
			request, err := os.ReadFile(*requestFile)
			if err != nil {
				return err
			}
			if err := growth(old, string(request), key); err != nil {
				return fmt.Errorf("%s: %v", *requestFile, err)
			}
		}
	}
	for _, file := range flag.Args() {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if err := proof(f, tree.N, string(text), key); err != nil {
			return fmt.Errorf("%s: %v", file, err)
		}
	}
	fmt.Printf("%d entries, root %s\n", tree.N, tree.Hash)
	return nil
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
