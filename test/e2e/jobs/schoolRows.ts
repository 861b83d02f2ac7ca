import type { JsonObject, Row, Sandbox } from '../../../sandbox';

/** A lesson that begins at a time of a day: planned and of branch 1, unless something else is said. */
export const addLessonAt = ({ store }: Sandbox, date: string | null, time: string, row: JsonObject): Row =>
	store.insert('lesson', {
		...{ branch_id: 1, date, time_from: `${date} ${time}:00`, time_to: `${date} 23:00:00`, status: 1 },
		...{ lesson_type_id: 2, subject_id: 1, ...row },
	});

/** Gives the customers that have been added since. */
export function watchNewCustomers({ store }: Sandbox): () => readonly Row[] {
	const before = store.rows('customer').length;
	return () => store.rows('customer').slice(before);
}

export const readCommentsOf = ({ store }: Sandbox, id: number) =>
	store.where('communication', 'related_id', id).map(({ comment }) => comment);

/** As "Send" is given it; the first line is the subject of a mail. */
export const messageTo = (to: string, title: string, text: string) => ({ to, text: `${title}\n${text}` });

/** A client of branch 1 with a phone, as a school has entered it. */
export const addClientWithPhone = ({ store }: Sandbox, phone: string, more: JsonObject = {}): number =>
	store.insert('customer', {
		...{ name: 'Орлова Мия', is_study: 1, phone: [phone], email: [], branch_ids: [1], ...more },
	}).id;

/** Gives what has been entered of payments since. */
export function watchNewPayments({ store }: Sandbox): () => readonly Row[] {
	const before = store.rows('pay').length;
	return () => store.rows('pay').slice(before);
}
