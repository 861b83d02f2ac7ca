import type { JsonObject, Row, Sandbox } from '../../../sandbox';
import { CUSTOMER_TYPE, LESSON_STATUS } from '../../support/codes';

/**
 * Adds a planned group lesson of branch 1 that ends at 23:00.
 * @param time when the lesson begins, such as "17:30"
 * @param changes properties that differ
 */
export function addLessonAt({ store }: Sandbox, date: string | null, time: string, changes: JsonObject): Row {
	return store.insert('lesson', {
		branch_id: 1,
		date,
		time_from: `${date} ${time}:00`,
		time_to: `${date} 23:00:00`,
		status: LESSON_STATUS.planned,
		lesson_type_id: 2,
		subject_id: 1,
		...changes,
	});
}

/** Adds a client of branch 1 with a phone as schools enter it, such as "+7(900)000-77-22". Returns the ID. */
export function addClientWithPhone({ store }: Sandbox, phone: string, changes: JsonObject = {}): number {
	return store.insert('customer', {
		name: 'Орлова Мия',
		is_study: CUSTOMER_TYPE.client,
		phone: [phone],
		email: [],
		branch_ids: [1],
		...changes,
	}).id;
}

/** Makes a function that reads the customers added since now. */
export function watchNewCustomers({ store }: Sandbox): () => readonly Row[] {
	const countBefore = store.rows('customer').length;
	return () => store.rows('customer').slice(countBefore);
}

/** Makes a function that reads the payments added since now. */
export function watchNewPayments({ store }: Sandbox): () => readonly Row[] {
	const countBefore = store.rows('pay').length;
	return () => store.rows('pay').slice(countBefore);
}

/** Reads the texts of a customer's comments. */
export function readCommentsOf({ store }: Sandbox, customer: number) {
	return store.where('communication', 'related_id', customer).map(({ comment }) => comment);
}

/** Makes a message as an example passes it to "Send". The first line of the text is the subject of the mail. */
export function messageTo(address: string, title: string, text: string) {
	return { to: address, text: `${title}\n${text}` };
}
