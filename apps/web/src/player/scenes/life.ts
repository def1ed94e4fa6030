import { background, noise, type Scene } from './scene.js';

const COLUMNS = 64;
const ROWS = 36;
const STEPS_A_SECOND = 4;

/** Conway's game on a torus (Gardner, Scientific American 223, 1970). Forward it steps; backward it starts anew. */
class Life {
  #cells = Life.#seed();
  #generation = 0;

  at(generation: number): Uint8Array {
    if (generation < this.#generation) {
      this.#cells = Life.#seed();
      this.#generation = 0;
    }
    for (; this.#generation < generation; this.#generation += 1) this.#cells = step(this.#cells);
    return this.#cells;
  }

  static #seed(): Uint8Array {
    return Uint8Array.from({ length: COLUMNS * ROWS }, (_, cell) => (noise(cell) < 0.3 ? 1 : 0));
  }
}

function step(cells: Uint8Array): Uint8Array {
  const next = new Uint8Array(cells.length);
  for (let row = 0; row < ROWS; row += 1) {
    for (let column = 0; column < COLUMNS; column += 1) {
      const around = neighbours(cells, row, column);
      const here = row * COLUMNS + column;
      next[here] = around === 3 || (around === 2 && cells[here] === 1) ? 1 : 0;
    }
  }
  return next;
}

function neighbours(cells: Uint8Array, row: number, column: number): number {
  const [up, down] = [(row + ROWS - 1) % ROWS, (row + 1) % ROWS].map((each) => each * COLUMNS) as [
    number,
    number,
  ];
  const [left, right] = [(column + COLUMNS - 1) % COLUMNS, (column + 1) % COLUMNS];
  const here = row * COLUMNS;
  const cell = (at: number): number => cells[at] ?? 0;
  return (
    cell(up + left) +
    cell(up + column) +
    cell(up + right) +
    cell(here + left) +
    cell(here + right) +
    cell(down + left) +
    cell(down + column) +
    cell(down + right)
  );
}

export function life(): Scene {
  const game = new Life();
  return (ctx, seconds, width, height) => {
    background(ctx, width, height, '#10302b', '#0a1f24');
    const cells = game.at(Math.floor(seconds * STEPS_A_SECOND));
    const [w, h] = [width / COLUMNS, height / ROWS];
    cells.forEach((alive, cell) => {
      if (alive === 0) return;
      const [x, y] = [cell % COLUMNS, Math.floor(cell / COLUMNS)];
      ctx.fillStyle = `hsl(${150 + (x / COLUMNS) * 60} 60% 65%)`;
      ctx.fillRect(x * w + w * 0.08, y * h + h * 0.08, w * 0.84, h * 0.84);
    });
  };
}
