import type { Faker } from '@faker-js/faker';
import type { Store } from '../../engine/store';
import { seedCommunication } from './communication';
import { seedCustomers } from './customers';
import { seedDictionaries } from './dictionaries';
import { seedFixtures } from './fixtures';
import { seedGroups } from './groups';
import { seedLessons } from './lessons';
import type { SeedOptions } from './options';
import { seedPayments } from './payments';

/** Fills an empty store with an invented school; the same options make the same school. */
export function seedStore(store: Store, faker: Faker, options: SeedOptions): void {
	store.populate(options.seed, () => fill(store, faker, options));
}

function fill(store: Store, faker: Faker, options: SeedOptions): void {
	seedDictionaries(store);
	seedFixtures(store);
	seedCustomers(store, faker, options);
	const members = seedGroups(store, options);
	seedPayments(store, options, members);
	seedLessons(store, options, members);
	seedCommunication(store, options);
}
