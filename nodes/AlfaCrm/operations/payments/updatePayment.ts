import { isEmpty } from '../../fields/blank';
import { makeUpdate } from '../common/update';
import { idsInNote, toTag } from './externalId';

/**
 * Updates a payment. A new note keeps the external IDs of the old note, or the next run would enter
 * the payment again.
 */
export const updatePayment = makeUpdate({
	needsRecord: ({ note }) => note !== undefined,
	// Called only if `needsRecord` returns true, so there is a new note.
	makeBody: (_item, _entity, payment, { note: newNote, ...otherChanges }) => ({
		...otherChanges,
		note: addIdsOfOldNote(payment.note, newNote),
	}),
});

/**
 * Returns the new note with the external IDs of the old note in front, written as `[ID inv-1]`. If
 * the user has written IDs into the new note, returns it unchanged, so that the old IDs are
 * dropped.
 */
function addIdsOfOldNote(oldNote: unknown, newNote: unknown): string {
	if (idsInNote(newNote).length > 0) return String(newNote);

	const oldTags = idsInNote(oldNote).map(toTag);
	const texts = isEmpty(newNote) ? oldTags : [...oldTags, String(newNote)];
	return texts.join(' ');
}
