/**
 * What the planner knows of English in general: connectives, pronouns, media words, file endings, numbers, languages.
 * Nothing here knows a task: words by which tasks are asked for belong into the tasks' own `phrases`.
 */
import type { AssetType } from "../../run/value.ts";

/** A type that a noun can name. */
export type MediaType = AssetType | "text" | "table";

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter(Boolean));

const typesByNoun: readonly (readonly [MediaType, ReadonlySet<string>])[] = [
  [
    "image",
    words(`image images picture pictures photo photos photograph photographs pic pics snapshot snapshots portrait
      portraits painting paintings drawing drawings illustration illustrations artwork visual visuals screenshot
      screenshots`),
  ],
  [
    "audio",
    words(`audio audios recording recordings sound speech speeches voice song songs music podcast podcasts
      voicemail voicemails soundtrack melody narration voiceover`),
  ],
  ["video", words("video videos movie movies film films footage clip clips animation animations")],
  [
    "text",
    words(`text texts sentence sentences paragraph paragraphs passage passages article articles story stories essay
      essays poem poems review reviews message messages prompt prompts caption captions description descriptions
      summary summaries transcript transcripts transcription transcriptions translation translations answer answers
      question questions response responses comment comments tweet tweets quote quotes words phrase phrases
      instruction instructions reply replies result results keyword keywords conversation dialogue`),
  ],
  ["document", words("pdf pdfs")],
  ["table", words("spreadsheet spreadsheets")],
];

/** Nouns that say of what type a thing is; "note", "letter", "sign" are missing since they may be text or a picture. */
export const typeOfNoun: ReadonlyMap<string, MediaType> = new Map(
  typesByNoun.flatMap(([type, nouns]) => [...nouns].map((noun) => [noun, type] as const)),
);

const typesByEnding: readonly (readonly [AssetType | "text", string])[] = [
  ["image", "jpg jpeg png gif webp bmp tif tiff heic heif avif svg"],
  ["audio", "wav mp3 flac ogg oga opus m4a aac wma aiff"],
  ["video", "mp4 mov avi mkv webm mpg mpeg wmv m4v"],
  ["text", "txt text md csv tsv json xml html htm rtf log srt"],
  ["document", "pdf doc docx odt ppt pptx xls xlsx epub"],
];

export const typeOfEnding: ReadonlyMap<string, AssetType | "text"> = new Map(
  typesByEnding.flatMap(([type, endings]) => endings.split(" ").map((ending) => [ending, type] as const)),
);

/** Words without a meaning of their own: they neither name a task nor are worked on. */
export const emptyWords = words(`a an the this that these those some any each every all both of in on at by for with to
  from into onto as and or but so then than is are was were be been being am do does did has have had having will would
  shall should can could may might must i me my mine we us our you your it its he him his she her they them their not no
  if there here just also too very please kindly which who whom whose what when where why s t re ve ll d m new given
  provided attached following based according using use via through called named titled containing within inside about
  above below i'd i'm i've it's let lets let's also finally next lastly afterwards afterward later additionally
  furthermore moreover subsequently first firstly second secondly third thirdly last one two three four five again
  now still own such other another same like more less fewer least most many much few exactly only either neither what's who's how's where's
  when's why's latter former unless whether otherwise else don't doesn't didn't isn't
  aren't wasn't can't won't dont`);

/** Verbs by which people ask for whatever it is; they say nothing of the task. */
export const lightVerbs = words(`want need wish like love help know tell say give provide get make do perform show let
  see try run apply carry take have find use produce obtain present return process require assist inform using
  create generate look go come start work working wants needs made done wonder wondering`);

/** Verbs that open an imperative, in the base form. A catalogue's own wordings add to them. */
export const actionVerbs =
  words(`cancel copy delete erase rename undo add adjust align analyse analyze annotate answer apply ask assess attach blend blur
  book brighten build buy calculate caption capture change change check choose classify clean clear close collect color
  colorize colour combine compare complete compose compress compute conclude convert correct count create crop cut
  darken deliver denoise describe design detect determine develop diagnose display divide download draw edit embed
  employ enhance enlarge estimate evaluate examine execute expand explain explore extend extract figure fill filter find
  fix flip generate get give go guess have help highlight identify illustrate improve increase indicate insert inspect
  interpret invert isolate join judge keep label let list listen locate look make mark match measure merge mix modify
  mirror move name narrate normalize obtain open order organize outline output overlay paint parse perform pick place
  play plot point post predict prepare present print process produce pronounce provide put rank rate read recite
  recognise recognize recommend record reduce remove render repeat rephrase replace reply report reserve reset resize
  respond restore retrieve reverse rewrite rotate save say scale schedule search segment select send separate set share
  sharpen shorten show simplify sing sketch slow sort speak specify speed spell split stabilize start state stitch stop
  suggest summarise summarize synchronize synthesize tag take talk tell think track transcribe transfer transform
  translate trim turn understand update upload use utilize verify view visualize vocalize write zoom`);

/** Steps follow each other at these, or after a comma, wherever a verb comes next. */
export const joiners = words("and then but plus & afterwards also while");

/** Verbs that follow what they tell of: "the letter sounds sad", "what does the sign say". */
export const finiteVerbs = words(`sound sounds look looks seem seems feel feels read reads say says show shows contain
  contains include includes mention mentions mean means match matches appear appears fit fits belong belongs begin
  begins depict depicts hold holds exist exists happen happens cost costs open opens close closes start starts`);

/** Words between a joiner and the verb that it joins. */
export const adverbs = words(`then also finally next please lastly afterwards afterward subsequently later first firstly
  secondly thirdly lastly simply just kindly additionally furthermore moreover now again even maybe automatically
  quickly thereafter`);

/** Adverbs that follow an object: "read the note aloud". */
export const particles = words("aloud loud out loudly back up down together instead away off nearby");

/** A preposition moves what follows it away from the verb: where, of what, from what. */
export const prepositions = words(`of in on at by for with from about using via through within inside against between
  under over per except besides without regarding concerning given based according without during among along depending related`);

/** What follows tells more about a thing; it asks for nothing. */
export const relatives = words(`which where who whose whom when because since although containing contains showing
  describing depicting describes depicts explaining explains illustrating captured while whereas taken`);

/** These lead in what something is turned into. */
export const targetPrepositions = words("into as to");

export const determiners: ReadonlyMap<string, "definite" | "indefinite" | "demonstrative" | "possessive"> = new Map([
  ...["the", "both", "all", "each", "every", "either", "neither"].map((word) => [word, "definite"] as const),
  ...["a", "an", "some", "any", "another"].map((word) => [word, "indefinite"] as const),
  ...["this", "that", "these", "those", "such"].map((word) => [word, "demonstrative"] as const),
  ...["my", "your", "our", "its", "their", "his", "her"].map((word) => [word, "possessive"] as const),
]);

export const singularPronouns = words("it it's this that one");
export const pluralPronouns = words("them they these those both each all");

/** Words that make a noun phrase mean several things: "both photos". */
export const pluralMarks = words("both all each every either neither two three four five several");

const ordinals: readonly string[] = [
  "first",
  "second",
  "third",
  "fourth",
  "fifth",
  "sixth",
  "seventh",
  "eighth",
  "ninth",
  "tenth",
];

/** Zero-based place of an ordinal word ("second", "2nd"); -1 for "last"; undefined for other words. */
export function ordinalOf(word: string): number | undefined {
  if (word === "last" || word === "final") return -1;
  const spoken = ordinals.indexOf(word);
  if (spoken >= 0) return spoken;
  const digits = /^(\d{1,3})(?:st|nd|rd|th)$/.exec(word)?.[1];
  return digits === undefined ? undefined : Number(digits) - 1;
}

const cardinals = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

/** The number that a word or a row of digits stands for. */
export function numberOf(word: string): number | undefined {
  const spoken = cardinals.indexOf(word);
  if (spoken >= 0) return spoken;
  return /^\d+(?:\.\d+)?$/.test(word) ? Number(word) : undefined;
}

/** Names of anything at all: they narrow nothing down. */
export const vagueNouns = words(`thing things object objects item items element elements stuff everything something
  anything box boxes bounding part parts region regions area areas place places location locations position positions
  one ones kind type sort main number task tasks job jobs request requests project information way step steps`);

export const languages = words(`afrikaans albanian arabic armenian basque bengali bulgarian catalan chinese croatian
  czech danish dutch english estonian finnish french georgian german greek hebrew hindi hungarian icelandic indonesian
  irish italian japanese korean latin latvian lithuanian malay mandarin norwegian persian polish portuguese romanian
  russian serbian slovak slovenian spanish swahili swedish tamil thai turkish ukrainian urdu vietnamese welsh`);

export const questionWords = words(`what who whom whose which where when why how what's who's where's when's why's
  how's`);
export const questionVerbs = words("is are was were do does did can could will would has have should");

/** Verbs that bring something new into being: "write a poem". */
export const makingVerbs = words(`build compose craft create design develop draft draw form generate get give have
  illustrate make need obtain output paint prepare present pronounce produce provide receive render return say sketch
  synthesize visualize want write`);
