import type { Store } from '../../engine/store';
import { toDotted } from '../../model/dates';
import type { Row } from '../../model/json';
import { SeededRandom } from '../../model/random';
import { creationTimeOf, day, type BaseTime, toDay, toMoment } from './baseTime';
import type { SeededGroup } from './groups';
import type { SeedOptions } from './options';

/** Cash collection into and out of one of the school's own accounts. API notes 5.16. */
const cashIn = 11;
const cashOut = 12;

/**
 * Seeds the subscriptions, discounts and payments of the members of groups. The payments are in the
 * order of time.
 */
export function seedPayments(
	store: Store,
	{ seed }: SeedOptions,
	time: BaseTime,
	groups: readonly SeededGroup[],
): void {
	const random = new SeededRandom(seed, 2);
	const members = groups.flatMap((group) => group.customers.map((customer) => ({ group, customer })));

	for (const [index, { group, customer }] of members.entries()) {
		addSubscriptions(store, group, customer, index, random);
		if (index % 10 === 0) addDiscount(store, group, customer);
	}

	const periodsBack = [4, 3, 2, 1];
	for (const back of periodsBack) {
		const begin = time.baseTime - back * 28 * day;
		addPaymentsOfPeriod(store, members, begin, random, time);
		addCashCollection(store, begin + 27 * day);
	}
}

/** A customer, and the group of which the customer is a member. */
interface Member {
	group: SeededGroup;
	customer: Row;
}

/** Adds a payment of about half of the members, spread over the 28 days from `begin`. */
function addPaymentsOfPeriod(
	store: Store,
	members: readonly Member[],
	begin: number,
	random: SeededRandom,
	{ baseTime }: BaseTime,
): void {
	for (const [index, { group, customer }] of members.entries()) {
		if (random.chance(0.55)) continue;

		// Nobody pays in the future, nor before registering.
		const plannedTime = Math.min(begin + (index % 28) * day, baseTime - day);
		const time = Math.max(plannedTime, creationTimeOf(customer));
		addPayment(store, group, customer, time, random);
	}
}

/**
 * Adds the subscription of this school year, which the card agrees with, and for every fourth
 * member the one before.
 */
function addSubscriptions(
	store: Store,
	{ subject }: SeededGroup,
	customer: Row,
	index: number,
	random: SeededRandom,
): void {
	const common = {
		customer_id: customer.id,
		tariff_id: random.int(3),
		subject_ids: [subject],
		lesson_type_ids: [2],
		is_separate_balance: index % 9 === 0 ? 1 : 0,
	};
	const registered = toDay(creationTimeOf(customer));
	const beginAfter = (date: string) => toDotted(registered > date ? registered : date);

	if (index % 4 === 0 && registered < '2025-05-31') {
		store.insert('customer-tariff', {
			...common,
			b_date: beginAfter('2024-09-01'),
			e_date: '31.05.2025',
		});
	}
	store.insert('customer-tariff', {
		...common,
		balance: customer.balance ?? '0.00',
		b_date: beginAfter('2025-09-01'),
		e_date: '31.05.2035',
		paid_count: customer.paid_count ?? 0,
		paid_lesson_count: customer.paid_lesson_count ?? 0,
		paid_till: customer.paid_till ?? null,
		note: index % 7 === 0 ? 'Второй ребёнок' : null,
	});
}

/**
 * Takes cash out of the till and pays it in at the bank. Both are payments without a customer.
 * API notes 5.16.
 */
function addCashCollection(store: Store, time: number): void {
	const till = 1;
	const bank = 2;
	const collection = {
		branch_id: 1,
		location_id: 1,
		customer_id: null,
		document_date: toDotted(toDay(time)),
		income: '15000.00',
		payer_name: '',
		is_confirmed: 1,
		manager_id: 1,
		created_at: toMoment(time),
		updated_at: toMoment(time),
	};
	store.insert('pay', { ...collection, pay_type_id: cashOut, pay_account_id: till });
	store.insert('pay', { ...collection, pay_type_id: cashIn, pay_account_id: bank });
}

function addDiscount(store: Store, { branch, subject }: SeededGroup, customer: Row): void {
	store.insert('discount', {
		branch_id: branch,
		customer_id: customer.id,
		discount_type: 1,
		amount: 10,
		begin: '01.09.2025',
		end: '31.12.2025',
		subject_ids: customer.id % 2 === 0 ? [subject] : [],
	});
}

function addPayment(
	store: Store,
	{ branch, group }: SeededGroup,
	customer: Row,
	time: number,
	random: SeededRandom,
): void {
	const isRefund = random.chance(0.05);
	const subscription = store.where('customer-tariff', 'customer_id', customer.id).at(-1);

	store.insert('pay', {
		branch_id: branch,
		location_id: branch === 1 ? 1 : 3,
		customer_id: customer.id,
		pay_type_id: isRefund ? 2 : 1,
		pay_account_id: branch === 1 ? random.int(2) : 3,
		pay_item_id: random.chance(0.8) ? 1 : 3,
		document_date: toDotted(toDay(time)),
		income: `${random.int(12) * 800}.00`,
		payer_name: String(customer.legal_name ?? customer.name),
		note: random.chance(0.1) ? 'Наличными' : null,
		is_confirmed: random.chance(0.9) ? 1 : 0,
		ctt_id: subscription?.id ?? null,
		group_id: group.id,
		manager_id: random.chance(0.5) ? 3 : 1,
		custom_md_order: random.chance(0.3) ? `md-${customer.id}-${time % 997}` : null,
		created_at: toMoment(time),
		updated_at: toMoment(time),
		bonus: random.chance(0.1) ? 50 : 0,
	});
}
