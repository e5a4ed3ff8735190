/** What can be told of a task from its inputs and outputs alone. */
import { isAssetType } from "../../run/value.ts";
import type { Profile } from "./catalogue.ts";
import { itemType } from "./item-type.ts";

/** Whether a task is for any question there may be. */
export const takesQuestions = ({ inputs }: Profile): boolean => inputs.some(([, { slot }]) => slot === "question");

/** Whether a task finds things that are named, and tells where or how many. */
export const findsThings = ({ inputs, outputs }: Profile): boolean =>
  inputs.some(([, { slot }]) => slot === "label") && !isAssetType(itemType(outputs[0]?.[1].type ?? "text"));

/** Whether a task sorts into whatever classes it is given. */
export const sortsInto = ({ inputs }: Profile): boolean => inputs.some(([, { slot }]) => slot === "labels");

/** Whether a task takes two texts of one kind, to tell of both together. */
export const comparesTwo = ({ inputs }: Profile): boolean =>
  inputs.filter(([, { slot, type, optional }]) => slot === "passage" && type === "text" && optional !== true).length ===
  2;

/** Whether a task answers questions from words alone. */
export const answersFromWords = (profile: Profile): boolean =>
  takesQuestions(profile) && profile.inputs.every(([, { type, optional }]) => type === "text" || optional === true);

/** Whether what a task is for is a file. */
export const makesFile = ({ outputs }: Profile): boolean =>
  outputs[0] !== undefined && isAssetType(itemType(outputs[0][1].type));

/** Whether a task makes something as wide or as high as it is told. */
export const resizes = ({ inputs }: Profile): boolean =>
  inputs.some(([, { slot }]) => slot === "width" || slot === "height");
