import type { Faker } from '@faker-js/faker';
import type { Store } from '../../engine/store';
import { toDotted } from '../../model/dates';
import type { JsonObject, Row } from '../../model/json';
import { openEnd } from '../entities/fields';
import { day, type BaseTime, toDay, toMoment } from './baseTime';
import type { SeedOptions } from './options';

/*
 * Everything random comes from one faker. A seed makes the same school again only as long as the draws
 * stay in the same order, so a new field draws last.
 */

/** Customers have registered over the two years before the base time. */
const registrationPeriod = 2 * 365 * day;
const lessonPrice = 800;
const hobbies = ['рисование', 'лего', 'футбол', 'музыка'];

/** Finds the clients or leads who are not archived, oldest first. */
export function activeCustomers(store: Store, type: 'client' | 'lead'): Row[] {
	const isStudy = type === 'client' ? 1 : 0;
	return store.rows('customer').filter(({ is_study, e_date }) => is_study === isStudy && e_date === openEnd);
}

/**
 * Seeds leads and clients, oldest first: a third are leads, a fifth are archived, a tenth are in
 * two branches.
 */
export function seedCustomers(
	store: Store,
	faker: Faker,
	{ customers: count, seed }: SeedOptions,
	{ baseTime }: BaseTime,
): void {
	faker.seed(seed);
	const dice = makeDice(faker);
	const references = countReferences(store);
	const interval = registrationPeriod / Math.max(count, 1);

	for (let id = 1; id <= count; id += 1) {
		const earliest = baseTime - registrationPeriod;
		const created = Math.floor(earliest + (id - faker.number.float()) * interval);
		const updated = created + Math.floor(faker.number.float() * (baseTime - created));
		const isArchived = dice.chance(0.2);

		const person = makePerson(id, faker, dice, baseTime);
		const isLead = dice.chance(0.35);
		const study = isLead
			? makeLeadFields(dice, references)
			: makeClientFields(dice, references, created, baseTime);
		const card = makeCardFields(id, faker, dice, references);

		store.insert('customer', {
			id,
			...person,
			...study,
			...card,
			b_date: toMoment(created),
			e_date: isArchived ? toDay(updated) : openEnd,
			created_at: toMoment(created),
			updated_at: toMoment(updated),
		});
	}
}

/** Random decisions. */
interface Dice {
	chance: (probability: number) => boolean;
	/** Draws a whole number from 1 to `max`. */
	upTo: (max: number) => number;
}

const makeDice = (faker: Faker): Dice => ({
	chance: (probability) => faker.number.float() < probability,
	upTo: (max) => faker.number.int({ min: 1, max }),
});

/** The highest ID that a customer may refer to, by entity. */
interface ReferenceCounts {
	branches: number;
	studyStatuses: number;
	leadStatuses: number;
	teachers: number;
	leadSources: number;
	managers: number;
}

/**
 * Counts the records that customers refer to, without the last stage (switched off) and the last
 * teacher (has left).
 */
function countReferences(store: Store): ReferenceCounts {
	const count = (entity: string): number => store.rows(entity).length;
	return {
		branches: count('branch'),
		studyStatuses: count('study-status'),
		leadStatuses: count('lead-status') - 1,
		teachers: count('teacher') - 1,
		leadSources: count('lead-source'),
		managers: count('user'),
	};
}

/**
 * Makes the child's name, birthday and sex, and how to reach the family. Every fifteenth shares a
 * phone with a sibling.
 */
function makePerson(id: number, faker: Faker, dice: Dice, baseTime: number): JsonObject {
	const sex = dice.chance(0.5) ? 'male' : 'female';
	const lastName = faker.person.lastName(sex);

	const hasSibling = id > 10 && id % 15 === 0;
	const family = hasSibling ? id - 7 : id;
	const familyPhone = makePhone(family);
	const secondPhone = makePhone(5_000_000 + id);

	return {
		name: `${lastName} ${faker.person.firstName(sex)}`,
		gender: sex === 'male' ? 1 : 2,
		legal_name: `${faker.person.lastName('female')} ${faker.person.firstName('female')}`,
		phone: dice.chance(0.1) ? [familyPhone, secondPhone] : [familyPhone],
		email: dice.chance(0.7) ? [`family${family}@example.org`] : [],
		dob: dice.chance(0.9) ? makeBirthday(dice, baseTime) : null,
	};
}

/** Makes the birthday of a child of 5 to 15 years, such as "07.03.2016". */
function makeBirthday(dice: Dice, baseTime: number): string {
	const ageInDays = 5 * 365 + dice.upTo(10 * 365);
	return toDotted(toDay(baseTime - ageInDays * day));
}

/** Makes phone number n of a range that nobody has: 12345 gives "+7(900)001-23-45". */
function makePhone(n: number): string {
	const digits = String(n).padStart(7, '0');
	return `+7(900)${digits.slice(0, 3)}-${digits.slice(3, 5)}-${digits.slice(5)}`;
}

function makeLeadFields(dice: Dice, references: ReferenceCounts): JsonObject {
	return {
		is_study: 0,
		lead_status_id: dice.chance(0.15) ? null : dice.upTo(references.leadStatuses),
		pipeline_id: 1,
	};
}

/**
 * Makes what the card of a client says of studies, money and lessons. The subscriptions copy it,
 * the payments do not add up to it.
 */
function makeClientFields(
	dice: Dice,
	references: ReferenceCounts,
	created: number,
	baseTime: number,
): JsonObject {
	const paidLessons = dice.upTo(12) - 1;
	const lastAttended = Math.min(created + dice.upTo(200) * day, baseTime - day);
	const balance = `${paidLessons * lessonPrice}.00`;

	return {
		is_study: 1,
		study_status_id: dice.upTo(references.studyStatuses),
		balance,
		balance_base: balance,
		balance_bonus: dice.upTo(6) === 1 ? 100 : 0,
		paid_count: paidLessons,
		paid_lesson_count: paidLessons,
		paid_till: paidLessons > 0 ? toMoment(baseTime + paidLessons * 7 * day) : null,
		last_attend_date: toDay(lastAttended),
		next_lesson_date: paidLessons > 0 ? toMoment(baseTime + dice.upTo(7) * day) : null,
	};
}

/** Makes the rest of the card: branches, staff, source, and the account's custom fields. */
function makeCardFields(id: number, faker: Faker, dice: Dice, references: ReferenceCounts): JsonObject {
	const mainBranch = id % 3 === 0 ? 2 : 1;
	const onlyBranch = id % 20 === 0 ? references.branches : mainBranch;
	const contractNumber = `Д-${String(id).padStart(5, '0')}`;

	return {
		branch_ids: dice.chance(0.1) ? [1, 2] : [onlyBranch],
		teacher_ids: dice.chance(0.5) ? [dice.upTo(references.teachers)] : [],
		lead_source_id: dice.chance(0.8) ? dice.upTo(references.leadSources) : null,
		assigned_id: dice.chance(0.7) ? dice.upTo(references.managers) : null,
		legal_type: dice.chance(0.95) ? 1 : 2,
		note: dice.chance(0.2) ? 'Звонить после 18:00' : null,
		custom_school: dice.chance(0.6) ? String(dice.upTo(60)) : '',
		custom_dogovor: dice.chance(0.3) ? contractNumber : null,
		custom_interesy: dice.chance(0.3) ? faker.helpers.arrayElement(hobbies) : null,
		level_id: dice.upTo(4),
	};
}
