import { isList, type Row } from '../model/json';

/** How texts are compared: as they are, in lower case, or by their digits alone. */
export type TextForm = 'text' | 'digits';

/** The rows are indexed under every piece of this length of their texts. */
const pieceLength = 4;

/**
 * Finds rows whose field may contain a part of a text, without testing all rows. A row that contains
 * the part contains each piece of it, so the rows of its rarest piece are enough to test.
 */
export class TextIndex {
	private readonly rowsByPiece = new Map<string, Map<number, Row>>();

	constructor(
		private readonly field: string,
		private readonly form: TextForm,
	) {}

	add(row: Row): void {
		for (const piece of this.piecesOfRow(row)) {
			const rows = this.rowsByPiece.get(piece) ?? new Map<number, Row>();
			rows.set(row.id, row);
			this.rowsByPiece.set(piece, rows);
		}
	}

	remove(row: Row): void {
		for (const piece of this.piecesOfRow(row)) {
			this.rowsByPiece.get(piece)?.delete(row.id);
		}
	}

	/**
	 * Finds rows that may contain the part. Every row that contains it is among them. Returns
	 * undefined if the part is shorter than a piece, so that the index cannot tell.
	 */
	findCandidates(part: string): readonly Row[] | undefined {
		const pieces = piecesOf(normalizeText(part, this.form));
		if (pieces.size === 0) return undefined;

		const rowsOfPieces: Array<Map<number, Row>> = [];
		for (const piece of pieces) {
			const rows = this.rowsByPiece.get(piece);
			if (!rows) return [];
			rowsOfPieces.push(rows);
		}
		const rowsOfRarestPiece = rowsOfPieces.reduce((a, b) => (b.size < a.size ? b : a));
		return [...rowsOfRarestPiece.values()];
	}

	/** Collects the pieces of the row's text or, if its field is a list, of each of its texts. */
	private piecesOfRow(row: Row): Set<string> {
		const storedValue = row[this.field] ?? null;
		const items = isList(storedValue) ? storedValue : [storedValue];

		const pieces = new Set<string>();
		for (const item of items) {
			if (typeof item !== 'string' && typeof item !== 'number') continue;
			for (const piece of piecesOf(normalizeText(String(item), this.form))) {
				pieces.add(piece);
			}
		}
		return pieces;
	}
}

/** Brings a text into the form in which the index compares it. */
function normalizeText(text: string, form: TextForm): string {
	return form === 'digits' ? text.replace(/\D/g, '') : text.toLowerCase();
}

/** Collects all pieces of a text: "abcdef" has "abcd", "bcde" and "cdef". */
function piecesOf(text: string): Set<string> {
	const pieces = new Set<string>();
	for (let start = 0; start + pieceLength <= text.length; start += 1) {
		pieces.add(text.slice(start, start + pieceLength));
	}
	return pieces;
}
