package io.espalier.envs;

import java.util.List;

/** A rectangle of tiles, each a letter, numbered row by row from the top left. */
final class TileMap {
    private final String tiles;
    private final int columns;

    /** A map of rows of equal length; the first of the letters marks the start and must occur. */
    TileMap(List<String> rows, String letters) {
        this.columns = rows.isEmpty() ? 0 : rows.get(0).length();
        this.tiles = String.join("", rows);
        boolean even = rows.stream().allMatch(row -> row.length() == columns);
        boolean known = tiles.chars().allMatch(tile -> letters.indexOf(tile) >= 0);
        if (!even || !known || tiles.indexOf(letters.charAt(0)) < 0) {
            throw new IllegalArgumentException("map (" + rows + ") must have rows of equal length from the letters "
                    + letters + ". Maybe the start, " + letters.charAt(0) + ", is missing.");
        }
    }

    char letter(int tile) {
        return tiles.charAt(tile);
    }

    /** For each tile, whether it has that letter. */
    boolean[] all(char letter) {
        boolean[] found = new boolean[tiles.length()];
        for (int tile = 0; tile < found.length; tile++) {
            found[tile] = tiles.charAt(tile) == letter;
        }
        return found;
    }

    /** The tile so many rows down and columns to the right, or at the edge if that is beyond it. */
    int neighbour(int tile, int down, int right) {
        int rows = tiles.length() / columns;
        int row = Math.max(0, Math.min(rows - 1, tile / columns + down));
        int column = Math.max(0, Math.min(columns - 1, tile % columns + right));
        return row * columns + column;
    }

    /** The map as lines of text, with brackets around one tile. */
    String render(int marked) {
        StringBuilder picture = new StringBuilder();
        for (int tile = 0; tile < tiles.length(); tile++) {
            char before = tile == marked ? '[' : tile == marked + 1 && tile % columns > 0 ? ']' : ' ';
            picture.append(before).append(tiles.charAt(tile));
            if ((tile + 1) % columns == 0) {
                picture.append(tile == marked ? "]\n" : "\n");
            }
        }
        return picture.toString();
    }
}
