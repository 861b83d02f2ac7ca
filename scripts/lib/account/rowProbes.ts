import type { IDataObject } from 'n8n-workflow';
import { isUnsorted } from '../../../nodes/AlfaCrm/entities/customer';
import { LESSON_STATUS } from '../../../nodes/AlfaCrm/entities/lesson';
import { INCOME } from '../../../nodes/AlfaCrm/entities/pay';
import { daysAfter, idsOf, OPEN_END, readId, today } from '../../../nodes/AlfaCrm/values/formats';
import type { Account } from './account';
import { toIsoDay } from './dateProbes';
import { makeValueProbe, type Probe } from './probe';

/** How many customers are asked for a subscription that has ended. */
const MAX_CUSTOMERS = 40;

// ---------------------------------------------------------------- rows that lists show by default

/** Finds out whether subscriptions that have ended are listed by default. */
export const deadDefault = makeValueProbe('deadDefault', async (account) => {
	const ended = await findEndedSubscription(account);
	if (!ended) return undefined;

	const listedByDefault = await readSubscriptions(account, ended.customerId);
	return listedByDefault.some(({ id }) => id === ended.subscription.id) ? 'all' : 'current';
});

/** Finds out whether payments other than incomes are listed by default. */
export const payDefault = makeValueProbe('payDefault', async (account) => {
	const [payment] = await readOtherPayments(account);
	if (!payment) return undefined;

	const listedByDefault = await account.readRows('pay', { id: payment.id });
	if (listedByDefault.some(({ id }) => id === payment.id)) return 'all';
	// If another payment comes, the filter by ID is ignored, and nothing is known.
	return listedByDefault.length === 0 ? 'income' : undefined;
});

/** Finds out whether leads without a stage are listed if a call says `removed: 0`. */
export const removedZero = makeValueProbe('removedZero', async (account) => {
	const leads = await account.readRows('customer', { is_study: 0 });
	const unsortedLead = leads.find((lead) => lead.e_date === OPEN_END && isUnsorted(lead));
	if (!unsortedLead) return undefined;

	const rows = await account.readRows('customer', { is_study: 0, removed: 0, id: unsortedLead.id });
	return rows.some(isUnsorted) ? 'active' : 'hidesUnsorted';
});

// ---------------------------------------------------------------- values that rows show

/** Finds out in which field refunds and other payments show their sum. */
export const refundSum = makeValueProbe('refundSum', async (account) => {
	const payments = await readOtherPayments(account);
	const hasSumIn = (field: string) => payments.some((payment) => Number(payment[field] ?? 0) !== 0);
	if (hasSumIn('expenditure')) return 'expenditure';
	return hasSumIn('income') ? 'income' : undefined;
});

/** Finds out whether lessons show attendances only if the call names a customer. */
export const lessonDetails = makeValueProbe('lessonDetails', async (account) => {
	const lessons = await account.readRows('lesson', { status: LESSON_STATUS.completed });
	if (lessons.some(hasAttendances)) return 'always';

	const [customer] = lessons.flatMap((lesson) => listIn(lesson, 'customer_ids'));
	if (customer === undefined) return undefined;
	const lessonsOfCustomer = await account.readRows('lesson', { customer_id: Number(customer) });
	return lessonsOfCustomer.some(hasAttendances) ? 'withCustomer' : undefined;
});

/** Finds out whether groups show their teachers by ID, by name, or as objects besides the IDs. */
export const groupTeachers = makeValueProbe('groupTeachers', async (account) => {
	const groups = await account.readRows('group');
	const teachers = groups.flatMap((group) => listIn(group, 'teacher_ids'));
	if (teachers.length === 0) return undefined;

	const isId = (teacher: unknown) => /^\d+$/.test(String(teacher));
	if (!teachers.every(isId)) return 'names';
	return groups.some((group) => Array.isArray(group.teachers)) ? 'objects' : 'ids';
});

/** Finds out with which number regular lessons show Sunday. */
export const sunday = makeValueProbe('sunday', async (account) => {
	const regularLessons = await account.readRows('regular-lesson');
	const weekdays = regularLessons.map(({ day }) => Number(day));
	if (weekdays.includes(0)) return 0;
	return weekdays.includes(7) ? 7 : undefined;
});

/** Makes a probe that finds out whether rows show a field at all. */
export function makeFieldProbe(
	path: string,
	field: string,
	readRows = async (account: Account) => await account.readRows(path),
): Probe {
	const name = `${path}.${field}`;
	return {
		setting: 'shownFields',
		subject: name,
		examine: async (account) => {
			const rows = await readRows(account);
			if (rows.length === 0) return undefined;

			const isShown = rows.some((row) => field in row);
			return {
				description: isShown ? 'shown' : 'not shown',
				changeSettings: ({ shownFields }) => {
					const otherFields = shownFields.filter((shownField) => shownField !== name);
					return { shownFields: isShown ? [...otherFields, name] : otherFields };
				},
			};
		},
	};
}

/** Reads the subscriptions of a customer who has one that has ended; none if nobody has one. */
export async function readSubscriptionsWithEnded(account: Account): Promise<IDataObject[]> {
	const ended = await findEndedSubscription(account);
	return ended?.subscriptionsOfCustomer ?? [];
}

/** Finds a subscription that has ended. It ended before yesterday, so that no time zone matters. */
async function findEndedSubscription(account: Account) {
	const yesterday = daysAfter(today('iso', 'utc'), -1);
	const clients = await account.readRows('customer', { is_study: 1 });

	for (const { id: customerId } of clients.slice(0, MAX_CUSTOMERS)) {
		const subscriptions = await readSubscriptions(account, customerId, { dead: false });
		const endedSubscription = subscriptions.find(({ e_date }) => {
			const lastDay = toIsoDay(e_date);
			return lastDay !== '' && lastDay < yesterday;
		});
		if (endedSubscription) {
			return { customerId, subscription: endedSubscription, subscriptionsOfCustomer: subscriptions };
		}
	}
	return undefined;
}

async function readSubscriptions(
	account: Account,
	customerId: IDataObject['id'],
	body: IDataObject = {},
): Promise<IDataObject[]> {
	return await account.readRows('customer-tariff', body, { query: { customer_id: customerId } });
}

/** Reads the payments of one type that is not that of incomes, such as refunds. */
async function readOtherPayments(account: Account): Promise<IDataObject[]> {
	const types = idsOf(await account.readRows('pay-type'));
	for (const type of types) {
		if (type === INCOME) continue;
		const payments = await account.readRows('pay', { pay_type_id: type });
		const otherPayments = payments.filter(isOtherPayment);
		if (otherPayments.length > 0) return otherPayments;
	}
	return [];
}

function isOtherPayment({ pay_type_id }: IDataObject): boolean {
	const type = readId(pay_type_id);
	return type !== undefined && type !== INCOME;
}

function hasAttendances(lesson: IDataObject): boolean {
	return listIn(lesson, 'details').length > 0;
}

function listIn(row: IDataObject, field: string): unknown[] {
	const value = row[field];
	return Array.isArray(value) ? value : [];
}
