-- What all respondents said to one question, without looking through all answers of the survey.
create index survey_answer_question on survey_answer (survey, question, respondent);
