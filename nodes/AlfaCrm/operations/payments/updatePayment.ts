import { isEmpty } from '../../fields/blank';
import { makeUpdate } from '../common/update';
import { idsInNote, toTag } from './externalId';

/**
 * *Payment → Update*: changes fields of a payment. If the note is changed, the new note keeps the
 * external IDs of the old note, such as `[ID inv-1]`. Without them, the next run would not find the
 * payment and would enter it again.
 */
export const updatePayment = makeUpdate({
	needsRecord: (changes) => changes.note !== undefined,

	// Called only if `needsRecord` returns true, so there is a new note.
	makeBody: (_item, _entity, payment, { note: newNote, ...otherChanges }) => ({
		...otherChanges,
		note: addIdsOfOldNote(payment.note, newNote),
	}),
});

/**
 * Returns the new note with the external IDs of the old note in front. If the user has written
 * external IDs into the new note, returns it unchanged: they replace the old IDs.
 */
function addIdsOfOldNote(oldNote: unknown, newNote: unknown): string {
	if (idsInNote(newNote).length > 0) return String(newNote);

	const oldTags = idsInNote(oldNote).map(toTag);
	const noteParts = isEmpty(newNote) ? oldTags : [...oldTags, String(newNote)];
	return noteParts.join(' ');
}
