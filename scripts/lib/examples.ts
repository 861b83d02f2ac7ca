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
	/** What it does, in one line. */
	does: Record<'en' | 'ru', string>;
	/** There is the same job built from HTTP Request nodes, which the tests keep to compare with. */
	isCompared: boolean;
}

/** In the order of the READMEs. */
const COMPARED = [
	{
		name: 'form-to-lead',
		en: 'Website form to lead, without duplicates',
		ru: 'Форма на сайте → лид, без дублей',
		does: {
			en: "n8n's own form: whoever fills it in is found by phone or becomes a lead, and the message becomes a comment",
			ru: 'форма n8n: кто её заполнил, находится по телефону или становится лидом, а сообщение — комментарием',
		},
	},
	{
		name: 'new-lead-to-messenger',
		en: 'New lead to messenger',
		ru: 'Новый лид → сообщение в мессенджер',
		does: {
			en: 'every five minutes writes each new lead to a chat, with a link to the card',
			ru: 'каждые пять минут пишет в чат о каждом новом лиде, со ссылкой на карточку',
		},
	},
	{
		name: 'nightly-export',
		en: 'Nightly export of all customers to a table',
		ru: 'Ночная выгрузка всех клиентов в таблицу',
		does: {
			en: 'every night writes all leads and clients, archived ones too, to a data table, one row each',
			ru: 'каждую ночь пишет всех лидов и клиентов, с архивными, в таблицу n8n, по строке на каждого',
		},
	},
	{
		name: 'payment-receipt',
		en: 'Payment to receipt message',
		ru: 'Оплата → сообщение клиенту',
		does: {
			en: 'thanks the customer for each new income by email, with amount and date',
			ru: 'благодарит клиента письмом за каждый новый платёж, с суммой и датой',
		},
	},
	{
		name: 'birthday-greetings',
		en: 'Birthday congratulations',
		ru: 'Поздравление с днём рождения',
		does: {
			en: 'every morning writes to the clients whose birthday it is, each of them once',
			ru: 'каждое утро поздравляет письмом клиентов, у которых день рождения, каждого один раз',
		},
	},
	{
		name: 'subscription-ending-task',
		en: 'Subscription ends in 7 days to task',
		ru: 'Абонемент кончается через 7 дней → задача',
		does: {
			en: 'every morning creates a task for each subscription that ends within 7 days, unless there is one',
			ru: 'каждое утро создаёт задачу о каждом абонементе, который заканчивается в ближайшие 7 дней, если её ещё нет',
		},
	},
	{
		name: 'lesson-cancelled-notice',
		en: 'Lesson cancelled to notice to parents',
		ru: 'Занятие отменено → сообщение родителям',
		does: {
			en: "AlfaCRM's webhook: writes to everybody who would have come to the lesson",
			ru: 'вебхук AlfaCRM: пишет всем, кто пришёл бы на урок',
		},
	},
	{
		name: 'incremental-sync',
		en: 'Incremental sync by updated_at',
		ru: 'Выгрузка только изменившегося',
		does: {
			en: 'every hour writes the customers that have changed to a data table, oldest change first',
			ru: 'каждый час пишет изменившихся клиентов в таблицу n8n, начиная с самого старого изменения',
		},
	},
	{
		name: 'attendance-report',
		en: 'Attendance report',
		ru: 'Отчёт о посещаемости',
		does: {
			en: 'every Monday emails who attended how many lessons last week, most missed first',
			ru: 'по понедельникам присылает письмом, кто сколько уроков посетил за прошлую неделю; сначала те, кто пропустил больше',
		},
	},
	{
		name: 'ai-next-lesson',
		en: 'AI agent answers "when is my next lesson"',
		ru: 'AI-агент отвечает «когда моё следующее занятие»',
		does: {
			en: 'a chat for the staff: finds the customer by phone and reads the lessons of the next 30 days',
			ru: 'чат для сотрудников: находит клиента по телефону и читает уроки на 30 дней вперёд',
		},
	},
];

const OTHERS = [
	{
		name: 'tilda-form-to-lead',
		en: 'Tilda form to lead, without duplicates',
		ru: 'Форма Tilda → лид, без дублей',
		does: {
			en: 'receives the forms of a site made with Tilda, each of them once even if Tilda sends it again',
			ru: 'принимает заявки с сайта на Tilda, каждую один раз, даже если Tilda отправит её снова',
		},
	},
	{
		name: 'daily-free-slots',
		en: 'Free slots of the week, every morning',
		ru: 'Свободное время на неделю, каждое утро',
		does: {
			en: 'emails when each teacher has time for a lesson of an hour in the next 7 days',
			ru: 'присылает письмом, когда у каждого педагога есть час на урок в ближайшие 7 дней',
		},
	},
	{
		name: 'parent-bot',
		en: 'Bot that answers parents',
		ru: 'Бот, который отвечает родителям',
		does: {
			en: 'answers about the children of the phone that the messenger has confirmed, and about nobody else',
			ru: 'отвечает о детях того, чей телефон подтвердил мессенджер, и ни о ком больше',
		},
	},
	{
		name: 'amocrm-deal-to-client',
		en: 'Won amoCRM deal to client',
		ru: 'Успешная сделка amoCRM → клиент',
		does: {
			en: "amoCRM's webhook: the contact of a won deal becomes a client, with a comment that names the deal",
			ru: 'вебхук amoCRM: контакт успешной сделки становится клиентом, в комментарии — сделка',
		},
	},
	{
		name: 'missed-lesson-to-parents',
		en: 'Missed lesson to parents',
		ru: 'Пропущенное занятие → сообщение родителям',
		does: {
			en: 'every five minutes writes to the parents of those who missed a lesson, once for each lesson',
			ru: 'каждые пять минут пишет родителям тех, кто пропустил урок, один раз о каждом уроке',
		},
	},
	{
		name: 'lessons-running-out-to-manager',
		en: 'Lessons running out to manager',
		ru: 'Заканчиваются занятия → сообщение менеджеру',
		does: {
			en: 'every hour writes to a chat which clients have two paid lessons left or fewer, each of them once',
			ru: 'каждый час пишет в чат, у кого из клиентов осталось не больше двух оплаченных уроков, о каждом один раз',
		},
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
