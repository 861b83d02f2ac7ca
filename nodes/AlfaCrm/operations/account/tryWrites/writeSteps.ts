import { addCommentStep } from './steps/commentSteps';
import { archiveLeadStep, createLeadStep, updateLeadStep } from './steps/leadSteps';
import { joinGroupStep, leaveGroupStep } from './steps/membershipSteps';
import { createTaskStep } from './steps/taskSteps';
import type { TrialStep } from './trialStep';

/**
 * The steps of a trial (one run of *Try Writes*) that write, in their order. Each step executes an
 * operation of the node, and then reads back what AlfaCRM shows. `takeBack.ts` deletes the written
 * records afterwards.
 */
export const WRITE_STEPS: readonly TrialStep[] = [
	createLeadStep,
	updateLeadStep,
	addCommentStep,
	createTaskStep,
	joinGroupStep,
	leaveGroupStep,
	archiveLeadStep,
];
