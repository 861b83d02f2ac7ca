'use strict';

const fs = require('node:fs');
const { inRepo } = require('./paths.js');

/**
 * Everyday jobs: each is an example that anybody can import, and the same job built from HTTP Request nodes, which the
 * tests keep to compare with. Names of the files, and what the READMEs call them.
 */
const JOBS = [
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

/** @param {string[]} parts */
const read = (...parts) => JSON.parse(fs.readFileSync(inRepo(...parts), 'utf8'));

/**
 * @param {string} name of a job
 * @returns {import('./client.js').Workflow}
 */
const withPackage = (name) => read('examples', `${name}.json`);

/**
 * @param {string} name of a job
 * @returns {import('./client.js').Workflow}
 */
const withHttp = (name) => read('test', 'e2e', 'jobs', `${name}.http.json`);

/** @returns {Array<{ file: string, workflow: import('./client.js').Workflow }>} all that can be imported */
function allExamples() {
	return fs
		.readdirSync(inRepo('examples'))
		.filter((file) => file.endsWith('.json'))
		.sort()
		.map((file) => ({ file, workflow: read('examples', file) }));
}

/**
 * How many nodes a workflow has, without its notes.
 * @param {import('./client.js').Workflow} workflow
 */
const countNodes = ({ nodes }) => nodes.filter(({ type }) => type !== 'n8n-nodes-base.stickyNote').length;

module.exports = { allExamples, countNodes, JOBS, withHttp, withPackage };
