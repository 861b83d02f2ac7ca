import type { Faker } from '@faker-js/faker';
import type { Store } from '../../engine/store';
import { toDotted } from '../../model/dates';
import type { JsonObject, Row } from '../../model/json';
import { openEnd } from '../entities/fields';
import { day, type BaseTime, toDay, toMoment } from './baseTime';
import type { SeedOptions } from './options';

const span = 2 * 365 * day;

/** Numbers of a range that is nobody's: +7(900)000-00-00 and on. */
function phoneOf(n: number): string {
	const [, a, b, c] = /(\d{3})(\d\d)(\d\d)$/.exec(String(n).padStart(7, '0')) ?? [];
	return `+7(900)${a}-${b}-${c}`;
}

/** Customers of one type who are not archived, the oldest first. */
export const activeCustomers = (store: Store, type: 'client' | 'lead'): Row[] =>
	store
		.rows('customer')
		.filter(({ is_study, e_date }) => is_study === (type === 'client' ? 1 : 0) && e_date === openEnd);

const hobbies = ['рисование', 'лего', 'футбол', 'музыка'];

/** Draws from the faker, whose seed makes the school. */
interface Draw {
	faker: Faker;
	chance: (probability: number) => boolean;
	/** From 1. */
	upTo: (max: number) => number;
}

const drawFrom = (faker: Faker): Draw => ({
	faker,
	chance: (probability) => faker.number.float() < probability,
	upTo: (max) => faker.number.int({ min: 1, max }),
});

/** How many there are of what customers refer to; the last stage is switched off, and the last teacher has left. */
const countsOf = (store: Store) => {
	const countOf = (entity: string): number => store.rows(entity).length;
	return {
		branches: countOf('branch'),
		studyStatuses: countOf('study-status'),
		leadStatuses: countOf('lead-status') - 1,
		teachers: countOf('teacher') - 1,
		leadSources: countOf('lead-source'),
		managers: countOf('user'),
	};
};

type Counts = ReturnType<typeof countsOf>;

function personOf(n: number, { faker, chance, upTo }: Draw, baseTime: number): JsonObject {
	const sex = chance(0.5) ? 'male' : 'female';
	const lastName = faker.person.lastName(sex);
	const hasSibling = n > 10 && n % 15 === 0;
	const family = hasSibling ? n - 7 : n;
	return {
		name: `${lastName} ${faker.person.firstName(sex)}`,
		gender: sex === 'male' ? 1 : 2,
		legal_name: `${faker.person.lastName('female')} ${faker.person.firstName('female')}`,
		phone: chance(0.1) ? [phoneOf(family), phoneOf(5_000_000 + n)] : [phoneOf(family)],
		email: chance(0.7) ? [`family${family}@example.org`] : [],
		dob: chance(0.9) ? toDotted(toDay(baseTime - (5 * 365 + upTo(10 * 365)) * day)) : null,
	};
}

function leadOf({ chance, upTo }: Draw, counts: Counts): JsonObject {
	return { is_study: 0, lead_status_id: chance(0.15) ? null : upTo(counts.leadStatuses), pipeline_id: 1 };
}

function clientOf({ upTo }: Draw, counts: Counts, created: number, baseTime: number): JsonObject {
	const paid = upTo(12) - 1;
	const attended = Math.min(created + upTo(200) * day, baseTime - day);
	return {
		is_study: 1,
		study_status_id: upTo(counts.studyStatuses),
		balance: `${paid * 800}.00`,
		balance_base: `${paid * 800}.00`,
		balance_bonus: upTo(6) === 1 ? 100 : 0,
		paid_count: paid,
		paid_lesson_count: paid,
		paid_till: paid > 0 ? toMoment(baseTime + paid * 7 * day) : null,
		last_attend_date: toDay(attended),
		next_lesson_date: paid > 0 ? toMoment(baseTime + upTo(7) * day) : null,
	};
}

/** Leads and clients, oldest first: a third of them leads, some archived, some in two branches. */
export function seedCustomers(
	store: Store,
	faker: Faker,
	{ customers, seed }: SeedOptions,
	{ baseTime }: BaseTime,
): void {
	faker.seed(seed);
	const draw = drawFrom(faker);
	const { chance, upTo } = draw;
	const counts = countsOf(store);
	const step = span / Math.max(customers, 1);
	for (let n = 1; n <= customers; n += 1) {
		const created = Math.floor(baseTime - span + (n - faker.number.float()) * step);
		const updated = created + Math.floor(faker.number.float() * (baseTime - created));
		const isArchived = chance(0.2);
		const home = n % 3 === 0 ? 2 : 1;
		store.insert('customer', {
			id: n,
			...personOf(n, draw, baseTime),
			...(chance(0.35) ? leadOf(draw, counts) : clientOf(draw, counts, created, baseTime)),
			branch_ids: chance(0.1) ? [1, 2] : [n % 20 === 0 ? counts.branches : home],
			teacher_ids: chance(0.5) ? [upTo(counts.teachers)] : [],
			lead_source_id: chance(0.8) ? upTo(counts.leadSources) : null,
			assigned_id: chance(0.7) ? upTo(counts.managers) : null,
			legal_type: chance(0.95) ? 1 : 2,
			note: chance(0.2) ? 'Звонить после 18:00' : null,
			b_date: toMoment(created),
			e_date: isArchived ? toDay(updated) : openEnd,
			created_at: toMoment(created),
			updated_at: toMoment(updated),
			custom_school: chance(0.6) ? String(upTo(60)) : '',
			custom_dogovor: chance(0.3) ? `Д-${String(n).padStart(5, '0')}` : null,
			custom_interesy: chance(0.3) ? faker.helpers.arrayElement(hobbies) : null,
			level_id: upTo(4),
		});
	}
}
