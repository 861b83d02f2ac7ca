import { isEmpty } from '../../fields/blank';
import { makeUpdate } from '../common/update';
import { idsInNote, toTag } from './externalId';

/**
 * Updates a payment. A new note keeps the external IDs of the old note, or the next run would enter
 * the payment again.
 */
export const updatePayment = makeUpdate({
	needsRecord: ({ note }) => note !== undefined,
	makeBody: (_item, _entity, payment, { note, ...changes }) => ({
		...changes,
		note: copyIds(payment.note, note),
	}),
});

/**
 * Returns the new note with the IDs of the old one; a new note that has IDs itself stays as it is.
 */
function copyIds(oldNote: unknown, newNote: unknown): string {
	if (idsInNote(newNote).length > 0) return String(newNote);
	const tags = idsInNote(oldNote).map(toTag);
	const texts = isEmpty(newNote) ? tags : [...tags, String(newNote)];
	return texts.join(' ');
}
