import { updating } from '../records/update';
import { withNumbers } from './externalId';

/** Changes a payment. A new note keeps the number of the old one. */
export const updatePayment = updating({
	dependsOn: ({ note }) => note !== undefined,
	sent: (_item, _entity, { note: before }, { note, ...changes }) => ({
		...changes,
		note: withNumbers(note, before),
	}),
});
