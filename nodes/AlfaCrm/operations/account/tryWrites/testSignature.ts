import { randomInt } from 'crypto';
import type { IDataObject } from 'n8n-workflow';

/** The text that marks everything that a trial writes, so that people know what it is. */
export const TEST_NOTICE = 'n8n test, may be deleted';

const STAMP_LENGTH = 8;
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz';

/**
 * The text by which one trial (one run of *Try Writes*) recognizes the records that it has written:
 * the notice and a random stamp. Two trials have different stamps, so no trial deletes the records
 * of another trial.
 */
export class TestSignature {
	/** Random letters, without digits, so that AlfaCRM does not take the stamp for a number. */
	private readonly stamp = Array.from(
		{ length: STAMP_LENGTH },
		() => ALPHABET[randomInt(ALPHABET.length)],
	).join('');

	/**
	 * The text that each record of the trial holds, such as `n8n test, may be deleted (qwertyui)`.
	 */
	readonly text = `${TEST_NOTICE} (${this.stamp})`;

	/**
	 * Whether a record holds the stamp, which proves that this trial has written the record. An ID
	 * proves nothing: when the trial creates a record, AlfaCRM may answer with the ID of another.
	 */
	isIn(record: IDataObject): boolean {
		// A lead has `name` and `note`, a task has `title` and `text`, and a comment has `comment`.
		const { name, note, title, text, comment } = record;
		const texts = [name, note, title, text, comment].map(String);
		return texts.some((value) => value.includes(this.stamp));
	}
}
