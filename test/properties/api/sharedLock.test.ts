import { sleep } from 'n8n-workflow';

import { LockRow } from '../../../nodes/AlfaCrm/api/lockRow';
import { SharedLock } from '../../../nodes/AlfaCrm/api/sharedLock';
import { depth, seed } from '../../support/depth';
import { ProcessedRows } from '../../support/processedData';
import { randomFrom, shuffled } from '../../support/random';
import { settle, stopTime } from '../../unit/api/clock';
import { phones, phonesOf, world } from '../../unit/api/processes';

jest.setTimeout(600_000);

let random = randomFrom(seed);
stopTime({ random: () => random() });

/** The same in several worlds, each with other times. */
const inWorlds = async (work: () => Promise<void>) => {
	for (let run = 0; run < depth.sharedLock; run++) {
		random = randomFrom(seed + run);
		await work();
		jest.clearAllTimers();
	}
};

describe('several processes that share a lock', () => {
	it('create each only once, whatever the order', async () => {
		await inWorlds(async () => {
			const { all, service } = world(4, random);
			const runs = shuffled([...phones(20), ...phones(20), ...phones(20)], random).map(async (phone) => {
				await sleep(random() * 5_000);
				return await all[Math.floor(random() * 4)].run(phone);
			});
			const results = await settle(Promise.all(runs));
			expect(phonesOf(service)).toEqual(phones(20));
			expect(results.filter((result) => result === 'created')).toHaveLength(20);
		});
	});
});

describe('a process that is killed', () => {
	it('with the lock keeps others waiting for less than a minute', async () => {
		await inWorlds(async () => {
			const { all, service } = world(4, random);
			void all[0].run('of the dead');
			await settle(sleep(random() * 250));
			all[0].isAlive = false;
			const killedAt = performance.now();
			const waiting = all.slice(1).flatMap((one) => phones(3).map(async (phone) => await one.run(phone)));
			await settle(Promise.all(waiting));
			expect(phonesOf(service).filter((phone) => phone !== 'of the dead')).toEqual(phones(3));
			expect(performance.now() - killedAt).toBeLessThan(60_000);
		});
	});

	it('at any moment of much work leaves no duplicate when its executions are run again', async () => {
		await inWorlds(async () => {
			const { all, service } = world(4, random);
			const killAt = random() * 4_000;
			const runs = phones(30).flatMap((phone) =>
				[0, 1].map(async () => {
					await sleep(random() * 5_000);
					const one = all[Math.floor(random() * 4)];
					const killed = sleep(killAt + 30_000).then(() => 'killed');
					const result = await Promise.race([
						one.run(phone),
						one === all[0] ? killed : new Promise(() => {}),
					]);
					return result === 'killed' ? await all[1].run(phone) : result;
				}),
			);
			void sleep(killAt).then(() => (all[0].isAlive = false));
			await settle(Promise.all(runs));
			expect(phonesOf(service)).toEqual(phones(30));
		});
	});

	it('is replaced by one only, even of those that find it dead at the same moment', async () => {
		await inWorlds(async () => {
			// All look at the very same moments, until the database takes another time for each.
			jest.spyOn(Math, 'random').mockImplementation(() => 0.5 + random() / 1_000);
			const begun = performance.now();
			const rows = new ProcessedRows();
			const slow = () => (random() < 0.3 ? 900 : 1 + random() * 150);
			const latency = () => (performance.now() - begun < 19_500 ? 2 : slow());
			await settle(new LockRow(rows.helpersOf({ latency: () => 0 })).take());
			const locks = Array.from({ length: 3 }, () => new SharedLock());
			const holdAtOnce: number[] = [];
			const noteHolders = () => holdAtOnce.push(locks.filter(({ isHeld }) => isHeld).length);
			const entering = locks.map(async (lock) => {
				await lock.enter(new LockRow(rows.helpersOf({ latency })), undefined);
				noteHolders();
				await sleep(5_000);
				noteHolders();
				lock.leave();
			});
			await settle(Promise.all(entering));
			expect(holdAtOnce).toEqual([1, 1, 1, 1, 1, 1]);
		});
	});
});
