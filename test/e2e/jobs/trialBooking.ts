import { DateTime } from 'luxon';

import { waitFor } from '../support/wait';
import { watchNewCustomers } from './schoolRows';
import type { Job, ImportExample } from './types';

const PATIENCE_MS = 30_000;

/** Sends the form as a browser does, and reads the page with which it ends. */
async function fillIn(address: string, values: readonly string[]): Promise<string> {
	const body = new FormData();
	values.forEach((value, index) => body.append(`field-${index}`, value));
	const response = await fetch(address, { method: 'POST', body });
	const { formWaitingUrl } = (await response.json()) as { formWaitingUrl: string };
	const status = new URL(formWaitingUrl);
	status.pathname += '/n8n-execution-status';
	const isWaiting = async () => (await (await fetch(status)).text()).trim() === 'form-waiting';
	await waitFor('the last page of the form', async () => (await isWaiting()) || undefined, PATIENCE_MS);
	const page = await (await fetch(formWaitingUrl)).text();
	await fetch(formWaitingUrl, { method: 'POST' });
	return page;
}

/** Publishes it, until the form is there. */
async function listening(start: ImportExample, side: 'package' | 'http') {
	const example = await start(side);
	const form = example.workflow.nodes.find(({ name }) => name === 'Website Form');
	const address = await example.publishWebhook(`/form/${String(form?.webhookId)}`);
	return { example, send: async (...values: string[]) => await fillIn(address, values) };
}

export const trialBooking: Job = {
	name: 'trial-booking',
	play: async (start, side, { sandbox }) => {
		const { store } = sandbox;
		const { example, send } = await listening(start, side);
		for (const list of ['lesson', 'regular-lesson', 'working-hour'] as const)
			for (const { id } of store.rows(list)) store.remove(list, id);
		const day = DateTime.fromISO(example.today, { locale: 'ru' }).plus({ days: 3 });
		const date = day.toISODate() ?? '';
		const teacher_id = store.insert('teacher', { name: 'Петров Лев', branch_ids: [1] }).id;
		// Two slots in the week, on the day after the one that is chosen; AlfaCRM counts from Sunday here.
		store.insert('working-hour', {
			teacher_id,
			branch_id: 1,
			weekday: (day.plus({ days: 1 }).weekday % 7) + 1,
			time_from: '10:00',
			time_to: '11:59',
		});
		// This lesson shows that the teacher teaches the subject.
		store.insert('lesson', {
			branch_id: 1,
			date: example.today,
			time_from: `${example.today} 09:00:00`,
			time_to: `${example.today} 10:00:00`,
			lesson_type_id: 2,
			subject_id: 1,
			teacher_ids: [teacher_id],
			status: 3,
		});
		const added = watchNewCustomers(sandbox);
		const [trial] = store.where('lesson-type', 'name', 'Пробный');
		const [stageOfTrial] = store.where('lead-status', 'name', 'Назначено пробное');
		const booked = () => store.where('lesson', 'lesson_type_id', trial.id);
		const told = (time: string) => `Ждём вас: ${day.plus({ days: 1 }).toFormat('cccc, d MMMM')}, ${time}`;
		const next = day.plus({ days: 1 }).toISODate();

		const mia = ['Орлова Мия', '+7 900 000-77-22', date];
		expect(await send(...mia)).toContain(told('10:00'));
		const [lead] = added();
		expect(lead).toMatchObject({ name: 'Орлова Мия', is_study: 0, lead_status_id: stageOfTrial.id });
		const first = {
			customer_ids: [lead.id],
			teacher_ids: [teacher_id],
			subject_id: 1,
			status: 1,
			time_from: `${next} 10:00:00`,
		};
		expect(booked()).toMatchObject([first]);

		// Mia sends the form again, written in another way and for another day of that week.
		expect(await send('орлова  мия', '8 (900) 000 77 22', date)).toContain(told('10:00'));
		expect(await send('ОРЛОВА МИЯ', '9000007722', next ?? '')).toContain(told('10:00'));
		expect(added()).toHaveLength(1);
		expect(booked()).toMatchObject([first]);

		// Two at the same moment, and time for one.
		const others = [
			['Орлов Ян', '+7 900 000-77-33', date],
			['Пока Роза', '+7 900 000-77-44', date],
		];
		const pages = await Promise.all(others.map(async (values) => await send(...values)));
		expect(pages.filter((page) => page.includes(told('11:00')))).toHaveLength(1);
		expect(pages.filter((page) => page.includes('Запись не подтверждена'))).toHaveLength(1);
		expect(added()).toHaveLength(3);
		expect(booked()).toHaveLength(2);
		expect(booked()[1]).toMatchObject({ time_from: `${next} 11:00:00` });
		// The third lead waits for a call, and is not at the stage of those who have a trial lesson.
		const stages = added().map(({ lead_status_id: status }) => status === stageOfTrial.id);
		expect(stages.filter(Boolean)).toHaveLength(2);

		// Another child of Mia's parent is told nothing of her lesson, and has a card of its own.
		const page = await send('Орлов Тим', '+7 900 000-77-22', date);
		expect(page).toContain('Запись не подтверждена');
		expect(page).not.toContain('10:00');
		expect(added()).toHaveLength(4);
		expect(added()[3]).toMatchObject({ name: 'Орлов Тим', is_study: 0 });
		expect(booked()).toHaveLength(2);
		await example.unpublish();
	},
};
