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
		en: 'Website form → lead, without duplicates',
		ru: 'Форма на сайте → лид, без дублей',
		does: {
			en: 'Finds whoever fills in the form by phone, or creates a lead, and keeps the message as a comment',
			ru: 'Находит по телефону того, кто заполнил форму, или создаёт лида, а сообщение сохраняет комментарием',
		},
	},
	{
		name: 'new-lead-to-messenger',
		en: 'New lead → message to a chat',
		ru: 'Новый лид → сообщение в мессенджер',
		does: {
			en: 'Looks every five minutes and posts each new lead to a chat, with a link to the card',
			ru: 'Каждые пять минут пишет в чат о каждом новом лиде, со ссылкой на карточку',
		},
	},
	{
		name: 'nightly-export',
		en: 'Nightly export of all customers to a table',
		ru: 'Ночная выгрузка всех клиентов в таблицу',
		does: {
			en: 'Writes all leads and clients, archived ones too, to a data table, one row each',
			ru: 'Пишет всех лидов и клиентов, с архивными, в таблицу n8n, по строке на каждого',
		},
	},
	{
		name: 'payment-receipt',
		en: 'Payment → message to the customer',
		ru: 'Оплата → сообщение клиенту',
		does: {
			en: 'Thanks the customer by email for each new payment of the last three days, with amount and date',
			ru: 'Благодарит клиента письмом за каждый новый платёж последних трёх дней, с суммой и датой',
		},
	},
	{
		name: 'birthday-greetings',
		en: 'Birthday → congratulations',
		ru: 'Поздравление с днём рождения',
		does: {
			en: 'Looks every morning whose birthday it is, and writes to each of these clients once',
			ru: 'Каждое утро поздравляет письмом клиентов, у которых день рождения, каждого один раз',
		},
	},
	{
		name: 'subscription-ending-task',
		en: 'Subscription ends within 7 days → task',
		ru: 'Абонемент заканчивается в ближайшие 7 дней → задача',
		does: {
			en: 'Creates a task for the manager of the client, unless there is one already',
			ru: 'Создаёт задачу менеджеру клиента, если её ещё нет',
		},
	},
	{
		name: 'lesson-cancelled-notice',
		en: 'Lesson cancelled → notice to parents',
		ru: 'Урок отменён → сообщение родителям',
		does: {
			en: "Emails everybody who was to take part, as soon as AlfaCRM's webhook calls",
			ru: 'Пишет всем, кто должен был прийти, как только придёт вебхук AlfaCRM',
		},
	},
	{
		name: 'incremental-sync',
		en: 'Incremental sync by updated_at',
		ru: 'Выгрузка только изменившегося',
		does: {
			en: 'Writes the customers that have changed to a data table every hour, oldest change first',
			ru: 'Каждый час пишет изменившихся клиентов в таблицу n8n, начиная с самого старого изменения',
		},
	},
	{
		name: 'attendance-report',
		en: 'Attendance report',
		ru: 'Отчёт о посещаемости',
		does: {
			en: 'Emails every Monday who attended how many lessons last week, most missed first',
			ru: 'По понедельникам присылает, кто сколько уроков посетил за прошлую неделю; сначала те, кто пропустил больше',
		},
	},
	{
		name: 'ai-next-lesson',
		en: 'AI agent answers "when is my next lesson"',
		ru: 'ИИ-агент отвечает «когда мой следующий урок»',
		does: {
			en: 'A chat for the staff: finds the customer by phone and reads the lessons of the next 30 days',
			ru: 'Чат для сотрудников: находит клиента по телефону и читает уроки на 30 дней вперёд',
		},
	},
];

const OTHERS = [
	{
		name: 'tilda-form-to-lead',
		en: 'Tilda form → lead, without duplicates',
		ru: 'Форма Tilda → лид, без дублей',
		does: {
			en: 'The same for the forms of a site made with Tilda, which sends a form again if the answer is late',
			ru: 'То же для сайта на Tilda, которая отправляет заявку снова, если ответ задержался',
		},
	},
	{
		name: 'daily-free-slots',
		en: 'Free slots of the week, every morning',
		ru: 'Свободное время на неделю, каждое утро',
		does: {
			en: "Emails a list of when each teacher has time for an hour's lesson in the next 7 days",
			ru: 'Присылает список, когда у каждого педагога есть час на урок в ближайшие 7 дней',
		},
	},
	{
		name: 'parent-bot',
		en: 'Bot that answers parents',
		ru: 'Бот, который отвечает родителям',
		does: {
			en: 'Answers about the children of the phone that the messenger has confirmed, and about nobody else',
			ru: 'Отвечает о детях того, чей телефон подтвердил мессенджер, и ни о ком больше',
		},
	},
	{
		name: 'amocrm-deal-to-client',
		en: 'Won amoCRM deal → client',
		ru: 'Успешная сделка amoCRM → клиент',
		does: {
			en: 'Makes the contact of the deal a client, with a comment that names the deal',
			ru: 'Делает контакт сделки клиентом и оставляет комментарий со сделкой',
		},
	},
	{
		name: 'missed-lesson-to-parents',
		en: 'Missed lesson → message to parents',
		ru: 'Пропущенный урок → сообщение родителям',
		does: {
			en: 'Emails the parents of those who missed a lesson, once for each lesson',
			ru: 'Пишет родителям тех, кто пропустил урок, один раз о каждом уроке',
		},
	},
	{
		name: 'lessons-running-out-to-manager',
		en: 'Lessons running out → message to the manager',
		ru: 'Заканчиваются уроки → сообщение менеджеру',
		does: {
			en: 'Posts to a chat which clients have two paid lessons left or fewer, each of them once',
			ru: 'Пишет в чат, у кого из клиентов осталось не больше двух оплаченных уроков, о каждом один раз',
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
