/** Greetings, thanks and other words that ask for nothing: "Hi!", "thanks a lot", "have a nice day". */
import type { Word } from "./read-request.ts";

type Words = readonly Word[];

const praise = "great|nice|cool|awesome|perfect|wonderful|amazing|excellent|brilliant|fantastic|lovely|helpful|good";
const greeting = "hi|hello|hey|hiya|howdy|greetings|good (?:morning|afternoon|evening|day)|dear (?:tutti|all|team)";
const thanks = "thanks|thank you|thx|ty|cheers|much appreciated|(?:i|we) appreciate (?:it|that|your help)";
const parting = `bye|bye bye|goodbye|ciao|good night|see you|have an? (?:${praise}) (?:day|evening|weekend|one|time)`;
const chat =
  "how are you(?: doing)?|how's it going|how do you do|what's up|nice to meet you|sorry|excuse me|welcome|well done|ok|okay|alright|all right|got it";
const compliment = `(?:that|it|this|you)(?:'s|'re| was| is| are| were) (?:so |really |very )?(?:${praise})|(?:good|nice|great) (?:job|work)`;
const trailing =
  "there|everyone|everybody|all|again|today|tutti|very much|so much|a lot|a bunch|in advance|for (?:your|the|all your) (?:help|time|work)|for (?:that|this|it|everything)|later|soon|then|now|too|and|please";

const tail = `(?: (?:${trailing}))*`;
const openly = new RegExp(`^(?:${greeting}|ok|okay)${tail}(?= |$)`);
const inside = new RegExp(`^(?:(?:${thanks}|${parting})${tail}(?: (?=\\S)|$))+$`);
const alone = new RegExp(
  `^(?:(?:${greeting}|${thanks}|${parting}|${chat}|${compliment}|${praise})${tail}(?: (?=\\S)|$))+$`,
);

const MOST_WORDS = 14;

/** Words up to the next mark, quotation or file. */
function phraseAt(words: Words, at: number): string[] {
  const rest = words.slice(at, at + MOST_WORDS);
  const end = rest.findIndex(({ kind }) => kind !== "word");
  return rest.slice(0, end < 0 ? rest.length : end).map(({ lower }) => lower);
}

/**
 * How many words a courtesy takes up at this place; 0 where there is none. A greeting may run on into a request ("hi
 * describe it"); everything else counts only where nothing else follows before the next mark, and between commas only
 * thanks do: "is it bad, good, or great" lists what it may be.
 */
export function courtesyLength(words: Words, at: number, opensSentence: boolean): number {
  const phrase = phraseAt(words, at);
  const text = phrase.join(" ");
  if ((opensSentence ? alone : inside).test(text)) return phrase.length;
  const opened = opensSentence ? openly.exec(text)?.[0].trim() : undefined;
  return opened === undefined ? 0 : opened.split(" ").length;
}

/** The words without courtesies at the start of a sentence, and without thanks between commas. */
export function withoutCourtesies(words: Words): Word[] {
  const kept: Word[] = [];
  for (let at = 0; at < words.length;) {
    const last = kept.at(-1);
    const opens = last === undefined || (last.kind === "mark" && /^[.?!;…\n]/.test(last.text));
    const length = opens || last?.text === "," ? courtesyLength(words, at, opens) : 0;
    const word = words[at];
    if (length === 0 && word) kept.push(word);
    const goesOn = words[at + length]?.kind === "mark" && words[at + length]?.text !== ":";
    at += length === 0 ? 1 : length + (opens && goesOn ? 1 : 0);
  }
  return kept;
}

const aboutTutti =
  /^(?:(?:and |so |tell me |show me )*(?:what|which)(?: (?:(?:kinds?|sorts?) of )?(?:things?|tasks?|stuff|else))? (?:(?:can|could|do|will) (?:you|tutti|this|it) (?:do|offer|help(?: me)? with)|are you(?: able to do| capable of| good at)?|is (?:tutti|this tool)|can i (?:ask|do|send)(?: you)?|(?:things|tasks|files|skills) (?:can|do) you (?:do|have|know|take|support)|you can do|are your (?:skills|abilities|capabilities|functions|features))|who are you|how (?:do|does|can) (?:you|this|it|tutti|i use (?:you|this|it|tutti)) ?(?:work)?|(?:please )?help(?: me)?(?: please)?|can you help(?: me)?|i need help|introduce yourself|(?:tell me )?(?:something |more )?about (?:yourself|you|tutti)|do you (?:speak|understand|support) \w+(?: or \w+)?|what does (?:tutti|this) do|capabilities|usage|(?:(?:can|could) you )?do (?:anything|something)(?: useful)?(?: with .*)?)(?: (?:for me|here|exactly|please|all|so|then|with (?:this|these|them|it|my)(?: \w+)?))*$/;

/** "What can you do?", "help": asks about Tutti itself. */
export function asksAboutTutti(words: Words): boolean {
  return aboutTutti.test(
    words
      .filter(({ kind }) => kind !== "mark")
      .map(({ lower }) => lower)
      .join(" "),
  );
}
