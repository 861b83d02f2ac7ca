import type { Faker } from '@faker-js/faker';
import type { Store } from '../../engine/store';
import { baseTimeOf } from './baseTime';
import { seedCommunication } from './communication';
import { seedCustomers } from './customers';
import { seedGroups } from './groups';
import { seedLessonDates, seedLessons } from './lessons';
import { seedLog } from './log';
import { newLeadNames, seedOccasions } from './occasions';
import type { SeedOptions } from './options';
import { seedPayments } from './payments';

/** Fills an empty store with an invented school. The same options make the same school. */
export function seedStore(store: Store, faker: Faker, options: SeedOptions): void {
	store.withoutEvents(() => seedAll(store, faker, options));
}

function seedAll(store: Store, faker: Faker, options: SeedOptions): void {
	const time = baseTimeOf(options.today);
	const livesToday = options.today !== undefined;
	const newLeadCount = livesToday ? Math.min(newLeadNames.length, options.customers) : 0;
	const customers = options.customers - newLeadCount;

	seedFixtures(store);
	seedCustomers(store, faker, { ...options, customers }, time);
	const groups = seedGroups(store, options, time);
	seedPayments(store, options, time, groups);
	seedLessons(store, options, time, groups);
	seedCommunication(store, options, time);
	if (livesToday) seedOccasions(store, time, groups, newLeadCount);
	seedLessonDates(store, time);
	seedLog(store, time, livesToday);
}

/** Seeds the records that every school has, such as the branches and the stages of leads. */
function seedFixtures(store: Store): void {
	for (const { path, fixtures = [] } of store.entities) {
		for (const row of fixtures) store.insert(path, row);
	}
}
