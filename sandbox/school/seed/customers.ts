import type { Faker } from '@faker-js/faker';
import type { Store } from '../../engine/store';
import { toDotted } from '../../model/dates';
import type { JsonObject, Row } from '../../model/json';
import { openEnd } from '../entities/fields';
import { day, type BaseTime, toDay, toMoment } from './baseTime';
import type { SeedOptions } from './options';

/*
 * All random values come from one faker with a seed. The same seed makes the same customers only if
 * the values are drawn in the same order, so the value of a new field must be drawn last.
 */

/** The time before the base time in which all customers have registered: two years. */
const registrationPeriod = 2 * 365 * day;
const lessonPrice = 800;
const hobbies = ['рисование', 'лего', 'футбол', 'музыка'];

/** Finds the clients or leads who are not archived, oldest first. */
export function activeCustomers(store: Store, type: 'client' | 'lead'): Row[] {
	const isStudy = type === 'client' ? 1 : 0;
	return store.rows('customer').filter(({ is_study, e_date }) => is_study === isStudy && e_date === openEnd);
}

/** Seeds leads and clients, oldest first. About a third are leads, and a fifth are archived. */
export function seedCustomers(
	store: Store,
	faker: Faker,
	{ customers: count, seed }: SeedOptions,
	{ baseTime }: BaseTime,
): void {
	faker.seed(seed);
	const seeder = new CustomerSeeder(store, faker, baseTime);
	for (let id = 1; id <= count; id += 1) {
		seeder.addCustomer(id, count);
	}
}

/** Makes customers with random values and adds them to the store. */
class CustomerSeeder {
	private readonly limits: ReferenceLimits;

	constructor(
		private readonly store: Store,
		private readonly faker: Faker,
		private readonly baseTime: number,
	) {
		this.limits = findReferenceLimits(store);
	}

	/** Adds the customer with this ID. `count` is the number of all customers. */
	addCustomer(id: number, count: number): void {
		const registeredAt = this.drawRegistrationTime(id, count);
		const changedAt = this.drawTimeAfter(registeredAt);
		const isArchived = this.decide(0.2);
		const personFields = this.makePersonFields(id);
		const isLead = this.decide(0.35);
		const studyFields = isLead ? this.makeLeadFields() : this.makeClientFields(registeredAt);
		const cardFields = this.makeCardFields(id);

		this.store.insert('customer', {
			id,
			...personFields,
			...studyFields,
			...cardFields,
			b_date: toMoment(registeredAt),
			e_date: isArchived ? toDay(changedAt) : openEnd,
			created_at: toMoment(registeredAt),
			updated_at: toMoment(changedAt),
		});
	}

	/** Draws a time in the customer's part of the registration period, which all customers share evenly. */
	private drawRegistrationTime(id: number, count: number): number {
		const periodStart = this.baseTime - registrationPeriod;
		const partLength = registrationPeriod / count;
		return Math.floor(periodStart + (id - this.faker.number.float()) * partLength);
	}

	/** Draws a time between the given one and the base time. */
	private drawTimeAfter(time: number): number {
		return time + Math.floor(this.faker.number.float() * (this.baseTime - time));
	}

	/** Makes the name, sex and birthday of the child, and the phones and email of the family. */
	private makePersonFields(id: number): JsonObject {
		const sex = this.decide(0.5) ? 'male' : 'female';
		const childLastName = this.faker.person.lastName(sex);
		const childFirstName = this.faker.person.firstName(sex);
		const parentLastName = this.faker.person.lastName('female');
		const parentFirstName = this.faker.person.firstName('female');
		const hasSecondPhone = this.decide(0.1);
		const hasEmail = this.decide(0.7);
		const hasBirthday = this.decide(0.9);

		const familyId = findFamilyId(id);
		const familyPhone = makePhone(familyId);
		const secondPhone = makePhone(5_000_000 + id);
		return {
			name: `${childLastName} ${childFirstName}`,
			gender: sex === 'male' ? 1 : 2,
			legal_name: `${parentLastName} ${parentFirstName}`,
			phone: hasSecondPhone ? [familyPhone, secondPhone] : [familyPhone],
			email: hasEmail ? [`family${familyId}@example.org`] : [],
			dob: hasBirthday ? this.drawBirthday() : null,
		};
	}

	/** Draws the birthday of a child of 5 to 15 years, such as "07.03.2016". */
	private drawBirthday(): string {
		const ageInDays = 5 * 365 + this.drawUpTo(10 * 365);
		return toDotted(toDay(this.baseTime - ageInDays * day));
	}

	/** Makes the place of a lead in the funnel. Some leads have no stage. */
	private makeLeadFields(): JsonObject {
		return {
			is_study: 0,
			lead_status_id: this.decide(0.15) ? null : this.drawUpTo(this.limits.leadStatus),
			pipeline_id: 1,
		};
	}

	/**
	 * Makes the status, money and lessons of a client. The subscriptions are seeded with the same
	 * numbers later, but the payments do not add up to the balance.
	 */
	private makeClientFields(registeredAt: number): JsonObject {
		const paidLessons = this.drawUpTo(12) - 1;
		const daysUntilLastAttended = this.drawUpTo(200);
		const studyStatus = this.drawUpTo(this.limits.studyStatus);
		const hasBonus = this.drawUpTo(6) === 1;
		const balance = `${paidLessons * lessonPrice}.00`;
		const yesterday = this.baseTime - day;
		const lastAttended = Math.min(registeredAt + daysUntilLastAttended * day, yesterday);

		return {
			is_study: 1,
			study_status_id: studyStatus,
			balance,
			balance_base: balance,
			balance_bonus: hasBonus ? 100 : 0,
			paid_count: paidLessons,
			paid_lesson_count: paidLessons,
			paid_till: paidLessons > 0 ? toMoment(this.baseTime + paidLessons * 7 * day) : null,
			last_attend_date: toDay(lastAttended),
			next_lesson_date: paidLessons > 0 ? toMoment(this.baseTime + this.drawUpTo(7) * day) : null,
		};
	}

	/** Makes the other fields of the card: branches, staff, source, note and custom fields. */
	private makeCardFields(id: number): JsonObject {
		const { limits } = this;
		const contractNumber = `Д-${String(id).padStart(5, '0')}`;

		return {
			branch_ids: this.decide(0.1) ? [1, 2] : [this.chooseBranch(id)],
			teacher_ids: this.decide(0.5) ? [this.drawUpTo(limits.teacher)] : [],
			lead_source_id: this.decide(0.8) ? this.drawUpTo(limits.leadSource) : null,
			assigned_id: this.decide(0.7) ? this.drawUpTo(limits.user) : null,
			legal_type: this.decide(0.95) ? 1 : 2,
			note: this.decide(0.2) ? 'Звонить после 18:00' : null,
			custom_school: this.decide(0.6) ? String(this.drawUpTo(60)) : '',
			custom_dogovor: this.decide(0.3) ? contractNumber : null,
			custom_interesy: this.decide(0.3) ? this.faker.helpers.arrayElement(hobbies) : null,
			level_id: this.drawUpTo(4),
		};
	}

	/** Puts every 20th customer into the last branch, and of the others every third into branch 2. */
	private chooseBranch(id: number): number {
		if (id % 20 === 0) return this.limits.branch;
		return id % 3 === 0 ? 2 : 1;
	}

	/** Decides at random. `probability` is that of true. */
	private decide(probability: number): boolean {
		return this.faker.number.float() < probability;
	}

	/** Draws a whole number from 1 to `max`. */
	private drawUpTo(max: number): number {
		return this.faker.number.int({ min: 1, max });
	}
}

/** The highest ID to which a customer may refer, by entity. */
interface ReferenceLimits {
	branch: number;
	studyStatus: number;
	leadStatus: number;
	teacher: number;
	leadSource: number;
	user: number;
}

/**
 * Finds the highest ID of each entity to which customers refer. The last stage is left out because it
 * is switched off, and the last teacher because he has left the school.
 */
function findReferenceLimits(store: Store): ReferenceLimits {
	return {
		branch: store.rows('branch').length,
		studyStatus: store.rows('study-status').length,
		leadStatus: store.rows('lead-status').length - 1,
		teacher: store.rows('teacher').length - 1,
		leadSource: store.rows('lead-source').length,
		user: store.rows('user').length,
	};
}

/** Gives every fifteenth customer the phone and the email of a sibling, who came seven places earlier. */
function findFamilyId(customerId: number): number {
	const hasSibling = customerId > 10 && customerId % 15 === 0;
	return hasSibling ? customerId - 7 : customerId;
}

/** Makes a phone from a range that nobody has: 12345 gives "+7(900)001-23-45". */
function makePhone(number: number): string {
	const digits = String(number).padStart(7, '0');
	return `+7(900)${digits.slice(0, 3)}-${digits.slice(3, 5)}-${digits.slice(5)}`;
}
