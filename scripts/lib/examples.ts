import fs from 'node:fs';
import { readJson } from './json';
import type { Workflow } from './n8n/types';
import { inRepo } from './paths';

/** An everyday job: an example that anybody can import. */
interface Job {
	/** Of its file. */
	name: string;
	/** What the READMEs call it. */
	en: string;
	ru: string;
	/** There is the same job built from HTTP Request nodes, which the tests keep to compare with. */
	isCompared: boolean;
}

/** In the order of the READMEs. */
const COMPARED = [
	{
		name: 'form-to-lead',
		en: 'Website form to lead, without duplicates',
		ru: 'Форма на сайте → лид, без дублей',
	},
	{ name: 'new-lead-to-messenger', en: 'New lead to messenger', ru: 'Новый лид → сообщение в мессенджер' },
	{
		name: 'nightly-export',
		en: 'Nightly export of all customers to a table',
		ru: 'Ночная выгрузка всех клиентов в таблицу',
	},
	{ name: 'payment-receipt', en: 'Payment to receipt message', ru: 'Оплата → сообщение клиенту' },
	{
		name: 'birthday-greetings',
		en: 'Birthday congratulations',
		ru: 'Поздравление с днём рождения',
	},
	{
		name: 'subscription-ending-task',
		en: 'Subscription ends in 7 days to task',
		ru: 'Абонемент кончается через 7 дней → задача',
	},
	{
		name: 'lesson-cancelled-notice',
		en: 'Lesson cancelled to notice to parents',
		ru: 'Занятие отменено → сообщение родителям',
	},
	{
		name: 'incremental-sync',
		en: 'Incremental sync by updated_at',
		ru: 'Выгрузка только изменившегося',
	},
	{ name: 'attendance-report', en: 'Attendance report', ru: 'Отчёт о посещаемости' },
	{
		name: 'ai-next-lesson',
		en: 'AI agent answers "when is my next lesson"',
		ru: 'AI-агент отвечает «когда моё следующее занятие»',
	},
];

const OTHERS = [
	{
		name: 'tilda-form-to-lead',
		en: 'Tilda form to lead, without duplicates',
		ru: 'Форма Tilda → лид, без дублей',
	},
	{
		name: 'daily-free-slots',
		en: 'Free slots of the week, every morning',
		ru: 'Свободное время на неделю, каждое утро',
	},
	{ name: 'parent-bot', en: 'Bot that answers parents', ru: 'Бот, который отвечает родителям' },
	{
		name: 'amocrm-deal-to-client',
		en: 'Won amoCRM deal to client',
		ru: 'Выигранная сделка amoCRM → клиент',
	},
	{
		name: 'missed-lesson-to-parents',
		en: 'Missed lesson to parents',
		ru: 'Пропущенное занятие → сообщение родителям',
	},
];

export const JOBS: readonly Job[] = [
	...COMPARED.map((job) => ({ ...job, isCompared: true })),
	...OTHERS.map((job) => ({ ...job, isCompared: false })),
];

const read = (...parts: string[]) => readJson<Workflow>(inRepo(...parts));

/** @param name of a job */
export const withPackage = (name: string) => read('examples', `${name}.json`);

/** @param name of a job that is compared */
export const withHttp = (name: string) => read('test', 'e2e', 'jobs', `${name}.http.json`);

/** All that can be imported. */
export function allExamples(): Array<{ file: string; workflow: Workflow }> {
	const files = fs.readdirSync(inRepo('examples')).filter((file) => file.endsWith('.json'));
	return files.sort().map((file) => ({ file, workflow: read('examples', file) }));
}

/** How many nodes a workflow has, without its notes. */
export const countNodes = ({ nodes }: Workflow) =>
	nodes.filter(({ type }) => type !== 'n8n-nodes-base.stickyNote').length;
