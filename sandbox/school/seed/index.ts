import type { Faker } from '@faker-js/faker';
import type { Store } from '../../engine/store';
import { baseTimeOf } from './baseTime';
import { seedCommunication } from './communication';
import { seedCustomers } from './customers';
import { seedGroups } from './groups';
import { seedLessonDates, seedLessons } from './lessons';
import { seedLog } from './log';
import { newcomers, seedOccasions } from './occasions';
import type { SeedOptions } from './options';
import { seedPayments } from './payments';

/** Fills an empty store with an invented school; the same options make the same school. */
export function seedStore(store: Store, faker: Faker, options: SeedOptions): void {
	store.withoutEvents(() => fill(store, faker, options));
}

function fill(store: Store, faker: Faker, options: SeedOptions): void {
	const time = baseTimeOf(options.today);
	const livesToday = options.today !== undefined;
	const customers = options.customers - (livesToday ? Math.min(newcomers.length, options.customers) : 0);
	seedFixtures(store);
	seedCustomers(store, faker, { ...options, customers }, time);
	const members = seedGroups(store, options, time);
	seedPayments(store, options, time, members);
	seedLessons(store, options, time, members);
	seedCommunication(store, options, time);
	if (livesToday) seedOccasions(store, time, members, options.customers - customers);
	seedLessonDates(store, time);
	seedLog(store, time, livesToday);
}

function seedFixtures(store: Store): void {
	for (const { path, fixtures = [] } of store.entities) {
		for (const row of fixtures) store.insert(path, row);
	}
}
