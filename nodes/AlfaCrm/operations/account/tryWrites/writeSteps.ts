import { addCommentStep } from './steps/commentSteps';
import { archiveLeadStep, createLeadStep, updateLeadStep } from './steps/leadSteps';
import { joinGroupStep, leaveGroupStep } from './steps/membershipSteps';
import { createTaskStep } from './steps/taskSteps';
import type { TrialStep } from './trialStep';

/**
 * The writes of a trial, in their order. Each step executes an operation of the node, and reads
 * back what AlfaCRM has made of it. What they have written is taken back in `takeBack.ts`.
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
