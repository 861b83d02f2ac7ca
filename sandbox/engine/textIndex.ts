import { isList, type Json, type Row } from '../model/json';

/** Which part of a text is looked for: all of it, or its digits. */
export type TextForm = 'text' | 'digits';

/** Length of the pieces under which rows are found. */
const pieceLength = 4;

const normalizeText = (text: string, form: TextForm): string =>
	form === 'digits' ? text.replace(/\D/g, '') : text.toLowerCase();

function piecesOf(text: string): Set<string> {
	const pieces = new Set<string>();
	for (let at = 0; at + pieceLength <= text.length; at += 1) pieces.add(text.slice(at, at + pieceLength));
	return pieces;
}

/** Finds the rows whose field may hold a part of a text, without looking at all of them. */
export class TextIndex {
	private readonly rows = new Map<string, Map<number, Row>>();

	constructor(
		private readonly field: string,
		private readonly form: TextForm,
	) {}

	add(row: Row): void {
		for (const piece of this.piecesIn(row)) {
			const known = this.rows.get(piece);
			if (known) known.set(row.id, row);
			else this.rows.set(piece, new Map([[row.id, row]]));
		}
	}

	remove(row: Row): void {
		for (const piece of this.piecesIn(row)) this.rows.get(piece)?.delete(row.id);
	}

	/** Rows among which are all that hold the part; undefined when the part is too short to tell. */
	candidates(part: string): readonly Row[] | undefined {
		const found = [...piecesOf(normalizeText(part, this.form))].map((piece) => this.rows.get(piece));
		if (found.length === 0) return undefined;
		const [fewest] = found.sort((a, b) => (a?.size ?? 0) - (b?.size ?? 0));
		return fewest ? [...fewest.values()] : [];
	}

	private piecesIn(row: Row): Set<string> {
		const held: Json = row[this.field] ?? null;
		const pieces = new Set<string>();
		for (const item of isList(held) ? held : [held]) {
			if (typeof item !== 'string' && typeof item !== 'number') continue;
			for (const piece of piecesOf(normalizeText(String(item), this.form))) pieces.add(piece);
		}
		return pieces;
	}
}
