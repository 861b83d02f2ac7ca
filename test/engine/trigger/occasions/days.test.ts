import { Calendar } from '../../support/calendar';

describe('a birthday on 29 February', () => {
	it.each([
		['2026-02-27 09:00', '2026-02-28 09:00', '2026-03-01 09:00', '2026-02-28'],
		['2028-02-28 09:00', '2028-02-29 09:00', '2028-03-01 09:00', '2028-02-29'],
	])('is on the 28th where there is no 29th: after %s', async (start, day, after, birthday) => {
		const calendar = new Calendar(start, { event: 'customerBirthday' });
		const id = calendar.client({ dob: '29.02.2016' });
		expect(await calendar.poll()).toEqual([]);
		expect(await calendar.poll(day)).toMatchObject([{ id, birthday, days_left: 0 }]);
		expect(await calendar.poll(after)).toEqual([]);
	});

	it('comes once every year', async () => {
		const calendar = new Calendar('2026-01-01 09:00', { event: 'customerBirthday', birthdayIn: 1 });
		calendar.client({ dob: '29.02.2016' });
		const told: unknown[] = [];
		for (let day = 0; day < 1_200; day++) {
			const time = new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10);
			for (const { birthday, turns } of await calendar.poll(`${time} 09:00`))
				told.push([time, birthday, turns]);
		}
		expect(told).toEqual([
			['2026-02-27', '2026-02-28', 10],
			['2027-02-27', '2027-02-28', 11],
			['2028-02-28', '2028-02-29', 12],
			['2029-02-27', '2029-02-28', 13],
		]);
	});
});

describe('the day', () => {
	it.each([
		['Asia/Vladivostok', '2026-03-16 00:10'],
		['America/New_York', '2026-03-16 00:10'],
	])('begins in the time zone of the workflow, here %s', async (timeZone, midnight) => {
		const calendar = new Calendar('2026-03-15 12:00', { event: 'customerBirthday' }, { timeZone });
		const id = calendar.client({ dob: '16.03.2015' });
		expect(await calendar.poll()).toEqual([]);
		expect(await calendar.poll('2026-03-15 23:50')).toEqual([]);
		expect(await calendar.poll(midnight)).toMatchObject([{ id, days_left: 0 }]);
		expect(await calendar.poll('2026-03-16 23:50')).toEqual([]);
		expect(await calendar.poll('2026-03-17 00:10')).toEqual([]);
	});

	it('cannot be told in a time zone that is none', async () => {
		const [birthday, none] = [{ event: 'customerBirthday' }, { timeZone: 'Moscow' }];
		const calendar = new Calendar('2026-03-10 09:00', birthday, none, {}, 'Europe/Moscow');
		await expect(calendar.poll()).rejects.toThrow('The workflow\'s time zone is none: "Moscow"');
	});

	it('may be another one in the school: nothing is lost or told twice for that', async () => {
		const calendar = new Calendar(
			'2026-03-10 09:00',
			{ event: 'subscriptionEnding', endsIn: 1 },
			{ timeZone: 'America/New_York' },
			{},
			'Asia/Vladivostok',
		);
		const ids = [12, 13, 14, 15].map((day) => calendar.client({ paid_till: `2026-03-${day} 18:00:00` }));
		const told: unknown[] = [];
		for (let hour = 0; hour < 7 * 24; hour += 5) {
			const time = new Date(Date.UTC(2026, 2, 10, 9 + hour)).toISOString().slice(0, 16).replace('T', ' ');
			told.push(...(await calendar.ids(time)));
		}
		expect(told).toEqual(ids);
	});

	it('that is put back tells nothing again', async () => {
		const calendar = new Calendar('2026-03-10 09:00', { event: 'customerBirthday' });
		const id = calendar.client({ dob: '11.03.2015' });
		await calendar.poll();
		expect(await calendar.ids('2026-03-11 09:00')).toEqual([id]);
		expect(await calendar.poll('2026-03-09 09:00')).toEqual([]);
		expect(await calendar.poll('2026-03-11 19:00')).toEqual([]);
		expect(await calendar.poll('2026-03-12 09:00')).toEqual([]);
	});
});

describe('a clock that is years ahead for a while', () => {
	it.each([
		['customerBirthday', { dob: '16.03.2015' }],
		['subscriptionEnding', { paid_till: '2026-03-19 18:00:00' }],
		['notSeen', { last_attend_date: '2026-03-02' }],
	])('does not silence what falls due once it is right again: %s', async (event, card) => {
		const calendar = new Calendar('2026-03-10 09:00', { event });
		await calendar.poll();
		await calendar.poll('2036-03-10 09:00');
		expect(await calendar.poll('2026-03-10 10:00')).toEqual([]);
		const id = calendar.client(card);
		expect(await calendar.ids('2026-03-16 09:00')).toEqual([id]);
		expect(await calendar.ids('2026-03-17 09:00')).toEqual([]);
	});
});

describe('other settings', () => {
	it('fewer days of absence neither flood nor lose: who is between is told on the day as it was', async () => {
		const calendar = new Calendar('2026-03-20 09:00', { event: 'notSeen', daysNotSeen: 14 });
		const days = ['05', '07', '10', '14', '19'];
		const [, b, c, d, e] = days.map((day) => calendar.client({ last_attend_date: `2026-03-${day}` }));
		expect(await calendar.poll()).toEqual([]);
		calendar.poller.change({ event: 'notSeen', daysNotSeen: 7 });
		expect(await calendar.poll('2026-03-20 09:05')).toEqual([]);
		const told: unknown[] = [];
		for (let day = 21; day <= 31; day++) {
			for (const id of await calendar.ids(`2026-03-${day} 09:00`)) told.push([day, id]);
		}
		expect(told).toEqual([
			[21, b],
			[21, d],
			[24, c],
			[26, e],
		]);
	});

	it('more days tell nobody twice', async () => {
		const calendar = new Calendar('2026-03-10 09:00', { event: 'notSeen', daysNotSeen: 3 });
		const id = calendar.client({ last_attend_date: '2026-03-09' });
		await calendar.poll();
		expect(await calendar.ids('2026-03-12 09:00')).toEqual([id]);
		calendar.poller.change({ event: 'notSeen', daysNotSeen: 7 });
		for (let day = 12; day <= 20; day++) expect(await calendar.poll(`2026-03-${day} 10:00`)).toEqual([]);
	});

	it.each([
		['lessonsRunningOut', 'lessonsLeft', [1, 4], (n: number) => ({ paid_lesson_count: n })],
		['inDebt', 'balanceBelow', [-1_000, 0], (n: number) => ({ balance: `${n === 3 ? -500 : -5_000}.00` })],
	] as const)(
		'%s: a higher limit does not flood, a lower one repeats nobody',
		async (event, name, [low, high], card) => {
			const calendar = new Calendar('2026-03-10 09:00', { event, [name]: low });
			const id = calendar.client(card(3));
			expect(await calendar.poll()).toEqual([]);
			calendar.poller.change({ event, [name]: high });
			expect(await calendar.poll('2026-03-10 09:05')).toEqual([]);
			calendar.card(id, card(1));
			expect(await calendar.ids('2026-03-10 11:00')).toEqual([id]);
			calendar.poller.change({ event, [name]: low });
			expect(await calendar.poll('2026-03-10 11:05')).toEqual([]);
			expect(await calendar.poll('2026-03-10 13:00')).toEqual([]);
		},
	);

	it('that cannot be read are refused by their name', async () => {
		const calendar = new Calendar('2026-03-10 09:00', { event: 'notSeen', daysNotSeen: '={{ "soon" }}' });
		await expect(calendar.poll()).rejects.toThrow("'Days Not Seen'");
	});
});

describe('an occasion', () => {
	it('is the same while a few lessons are taken back, and another one when lessons are bought', async () => {
		const calendar = new Calendar('2026-03-10 09:00', { event: 'lessonsRunningOut', lessonsLeft: 4 });
		const id = calendar.client({ paid_lesson_count: 5 });
		const after: Array<[count: number, told: number]> = [
			[4, 1],
			[3, 0],
			[4, 0],
			[0, 0],
			[1, 0],
			[4, 1],
			[9, 0],
			[4, 1],
		];
		await calendar.poll();
		for (const [index, [paid_lesson_count, told]] of after.entries()) {
			calendar.card(id, { paid_lesson_count });
			expect(await calendar.poll(`2026-03-${11 + index} 09:00`)).toHaveLength(told);
		}
	});

	it('is the same while the end of a subscription moves by less than a week', async () => {
		const calendar = new Calendar('2026-03-10 09:00', { event: 'subscriptionEnding', endsIn: 10 });
		const id = calendar.client({ paid_till: '2026-03-30 18:00:00' });
		await calendar.poll();
		expect(await calendar.ids('2026-03-20 09:00')).toEqual([id]);
		for (const [time, end] of [
			['21', '2026-03-28'],
			['22', '2026-04-01'],
		]) {
			calendar.card(id, { paid_till: `${end} 18:00:00` });
			expect(await calendar.poll(`2026-03-${time} 09:00`)).toEqual([]);
		}
		calendar.card(id, { paid_till: '2026-04-06 18:00:00' });
		expect(await calendar.ids('2026-03-29 09:00')).toEqual([id]);
	});

	it('of a visit that is entered late is told', async () => {
		const calendar = new Calendar('2026-03-01 09:00', { event: 'notSeen', daysNotSeen: 7 });
		const id = calendar.client({ last_attend_date: '2026-02-27' });
		await calendar.poll();
		expect(await calendar.ids('2026-03-06 09:00')).toEqual([id]);
		calendar.card(id, { last_attend_date: '2026-03-02' });
		expect(await calendar.ids('2026-03-20 09:00')).toEqual([id]);
	});

	it("is nobody's without a day, a count or a balance", async () => {
		for (const event of [
			'customerBirthday',
			'inDebt',
			'lessonsRunningOut',
			'notSeen',
			'subscriptionEnding',
		]) {
			const calendar = new Calendar('2026-03-10 09:00', { event, options: { firstPoll: 'due' } });
			calendar.client({
				dob: null,
				balance: null,
				paid_lesson_count: null,
				paid_till: '',
				last_attend_date: null,
			});
			calendar.client({
				dob: '31.02.2015',
				balance: 'x',
				paid_lesson_count: '?',
				paid_till: '-',
				last_attend_date: 'x',
			});
			expect(await calendar.poll()).toEqual([]);
			expect(await calendar.poll('2026-03-11 09:00')).toEqual([]);
		}
	});
});

describe('the load', () => {
	it('AlfaCRM is asked for those concerned alone, where a filter is known', async () => {
		const bodyOf = async (event: string) => {
			const calendar = new Calendar('2026-03-10 09:00', { event });
			await calendar.poll();
			await calendar.poll('2026-03-10 11:00');
			const [{ body }] = calendar.asked;
			return body;
		};
		const all = { is_study: 1, page: 0, pageSize: 500 };
		expect(await bodyOf('lessonsRunningOut')).toEqual({ ...all, lesson_count_to: 2 });
		expect(await bodyOf('notSeen')).toEqual({
			...{ ...all, last_attend_date_from: '2026-01-25', last_attend_date_to: '2026-02-24' },
		});
		expect(await bodyOf('subscriptionEnding')).toEqual({
			...{ ...all, tariff_till_from: '10.03.2026', tariff_till_to: '13.03.2026' },
		});
		expect(await bodyOf('inDebt')).toEqual(all);
		expect(await bodyOf('customerBirthday')).toEqual(all);
	});

	it('a filter by the end of subscriptions that finds nobody hides nobody for longer than a day', async () => {
		const names = ['customer.tariff_till_from', 'customer.tariff_till_to'];
		const dateFormats = Object.fromEntries(names.map((name) => [name, 'iso' as const]));
		const calendar = new Calendar(
			'2026-03-10 09:00',
			{ event: 'subscriptionEnding' },
			{},
			{
				wrongFilterValue: 'matchesNothing',
				dateFormats,
			},
		);
		const id = calendar.client({ paid_till: '2026-03-17 18:00:00' });
		const told: unknown[] = [];
		for (let hour = 0; hour < 6 * 24; hour += 3) {
			const time = new Date(Date.UTC(2026, 2, 10, 9 + hour)).toISOString().slice(0, 16).replace('T', ' ');
			for (const one of await calendar.ids(time)) told.push([time, one]);
		}
		expect(told).toEqual([['2026-03-14 00:00', id]]);
	});

	it('what it remembers of 2,000 clients who owe money or do not come is small', async () => {
		for (const event of ['inDebt', 'notSeen']) {
			const calendar = new Calendar('2026-03-10 09:00', { event });
			for (let n = 0; n < 2_000; n++) {
				const day = new Date(Date.UTC(2026, 2, 10 - (n % 200))).toISOString().slice(0, 10);
				calendar.client({ balance: `${n % 3 ? 0 : -n}.00`, last_attend_date: day });
			}
			for (let day = 10; day < 20; day++) await calendar.poll(`2026-03-${day} 09:00`);
			expect(JSON.stringify(calendar.poller.state).length).toBeLessThan(12_000);
		}
	});
});
